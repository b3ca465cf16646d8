package dev.vtsbasic.status;

import dev.vtsbasic.manage.LifecyclePhase;
import dev.vtsbasic.status.AdminSessions.Session;
import java.util.Optional;

/** The forms of the status page by which an operator signs in or out, and restarts, drains or resumes. */
final class AdminControls {
    private AdminControls() {}

    /** The sign-in form if there is no session, otherwise the buttons that the session may use, as HTML. */
    static String html(Optional<Session> session, LifecyclePhase phase) {
        if (session.isEmpty()) {
            return "<details class=\"panel\"><summary>Restart or drain</summary>%s</details>\n"
                    .formatted(PageLayout.signIn("Sign in with <code>VTS_MANAGEMENT_TOKEN</code>."));
        }
        String formToken = session.get().formToken();
        String signOut = "<div class=\"plain\">" + form("sign-out", formToken, "Sign out") + "</div>";
        if (!session.get().mayChange()) {
            return "<div class=\"controls\"><p>Signed in with read access only.</p>" + signOut + "</div>\n";
        }
        String drain = phase == LifecyclePhase.SERVING
                ? confirmed(
                        "Drain",
                        "The server reports that it is not ready and closes each connection after its response, but serves all requests.",
                        form("drain", formToken, "Drain now"))
                : "<div>" + form("resume", formToken, "Resume") + "</div>";
        return "<div class=\"controls\">"
                + confirmed(
                        "Restart the workers",
                        "They are replaced one after the other; no request is lost.",
                        form("restart", formToken, "Restart now"))
                + drain
                + signOut
                + "</div>\n";
    }

    private static String confirmed(String name, String explanation, String form) {
        return "<details class=\"panel\"><summary>%s</summary><p>%s</p>%s</details>".formatted(name, explanation, form);
    }

    private static String form(String action, String formToken, String name) {
        return """
                <form method="post" action="status/%s"><input type="hidden" name="form-token" value="%s"><button>%s</button></form>
                """.formatted(action, formToken, name);
    }
}
