package dev.vtsbasic.status;

import static dev.vtsbasic.text.Markup.escape;

/**
 * The HTML around the content of each page, and the sign-in form. Links are relative, because a proxy may show this
 * server at another path.
 */
final class PageLayout {
    private PageLayout() {}

    static String of(String title, String content) {
        return """
                <!doctype html>
                <html lang="en">
                <head>
                <meta charset="utf-8">
                <meta name="viewport" content="width=device-width, initial-scale=1">
                <meta name="color-scheme" content="light dark">
                <title>%1$s · VTS Basic</title>
                <link rel="stylesheet" href="status/status.css">
                <link rel="icon" href="status/icon.svg" type="image/svg+xml">
                <script src="status/status.js" defer></script>
                </head>
                <body>
                <header><img src="status/icon.svg" alt="" width="32" height="32"><b>VTS Basic</b> <span class="muted">%1$s</span></header>
                <main>
                %2$s</main>
                </body>
                </html>
                """.formatted(escape(title), content);
    }

    /** A page that has only the sign-in form. */
    static String signInPage(String notice) {
        return of(
                "Sign in",
                notice(notice) + "<h1>Sign in</h1><div class=\"panel narrow\">"
                        + signIn(
                                "Only this machine and <code>VTS_MANAGEMENT_NETWORKS</code> see the status without a token."
                                        + " Send <code>VTS_MANAGEMENT_TOKEN</code>, or <code>VTS_METRICS_TOKEN</code> for read access only.")
                        + "</div>\n");
    }

    /** @param sentence plain text; empty for no notice */
    static String notice(String sentence) {
        return sentence.isEmpty() ? "" : "<p role=\"status\" class=\"notice\">" + escape(sentence) + "</p>\n";
    }

    /** @param explanation the text above the form, as HTML */
    static String signIn(String explanation) {
        return """
                <p>%s</p>
                <form method="post" action="status/sign-in">
                <label for="token">Token</label>
                <input id="token" name="token" type="password" autocomplete="current-password" required>
                <button>Sign in</button>
                </form>
                """.formatted(explanation);
    }
}
