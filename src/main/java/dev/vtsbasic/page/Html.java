package dev.vtsbasic.page;

import static dev.vtsbasic.text.Markup.escape;

/** The default HTML of a page, used if the app has no page of its own. */
final class Html {
    private Html() {}

    /**
     * @param id identifier of the request
     * @param explanation shown only to a browser on this machine; empty for none
     */
    static String of(Page page, String id, String explanation) {
        return """
                <!doctype html>
                <html lang="en">
                <head>
                <meta charset="utf-8">
                <meta name="viewport" content="width=device-width, initial-scale=1">
                <title>%2$s</title>
                <style>
                  :root { color-scheme: light dark; font: 1.05rem/1.6 system-ui, sans-serif; }
                  body { display: grid; min-height: 100dvh; margin: 0; place-content: safe center; }
                  main { box-sizing: border-box; max-width: min(44rem, 100vw); padding: 1.5rem; }
                  h1 { margin: 0 0 .5rem; font-size: 1.8rem; line-height: 1.2; }
                  pre { padding: 1rem; border: 1px solid; border-radius: .5rem; font-size: .85rem; white-space: pre-wrap;
                    overflow-wrap: anywhere; }
                </style>
                </head>
                <body>
                <main>
                <h1>%1$d %2$s</h1>
                <p role="status">%3$s</p>
                %4$s<p><small>Request %5$s</small></p>
                </main>
                </body>
                </html>
                """.formatted(
                        page.status(),
                        escape(page.title()),
                        escape(page.sentence()),
                        explanation.isEmpty() ? "" : explain(explanation),
                        escape(id));
    }

    private static String explain(String explanation) {
        return """
                <h2>What happened</h2>
                <p>Only a browser on this machine shows this section.</p>
                <pre tabindex="0">%s</pre>
                <p>What to do: see <code>docs/troubleshooting.md</code>; <code>VTS_LOG_LEVEL=debug</code> shows more.</p>
                """.formatted(escape(explanation));
    }
}
