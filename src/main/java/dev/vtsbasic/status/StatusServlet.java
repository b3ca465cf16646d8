package dev.vtsbasic.status;

import dev.vtsbasic.log.Event;
import dev.vtsbasic.manage.AdminOperations;
import dev.vtsbasic.manage.HealthReport;
import dev.vtsbasic.manage.ManagementAccess;
import dev.vtsbasic.manage.RuntimeStats;
import dev.vtsbasic.settings.SettingInForce;
import dev.vtsbasic.status.AdminSessions.Session;
import dev.vtsbasic.traffic.FieldLines;
import dev.vtsbasic.traffic.RequestKind;
import dev.vtsbasic.traffic.RequestRecord;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves {@code /-/status}: JSON for programs, and for browsers a page with buttons, which {@code /-/status/events}
 * keeps up to date. Safe for any number of threads.
 */
public final class StatusServlet extends HttpServlet implements AutoCloseable {
    private static final long serialVersionUID = 1L;
    private static final Logger LOG = LoggerFactory.getLogger(StatusServlet.class);

    private static final long TICK_TIMEOUT_SECONDS = 2;

    private static final String COOKIE = "vts-status";
    private static final Map<String, String> FILE_TYPES = Map.of(
            "/status.css", "text/css; charset=utf-8",
            "/status.js", "text/javascript; charset=utf-8",
            "/icon.svg", "image/svg+xml");

    /** The page's notice after a form has redirected to it, by query. */
    private static final Map<String, String> NOTICES = Map.of(
            "wrong-token", "This is not a token of this server.",
            "restart", "The workers are being replaced, one after the other.",
            "drain", "Draining: not ready, and each connection closes after its response.",
            "resume", "Resumed: the server is ready again as soon as Bun responds.",
            "impossible", "This cannot be done now: this server does not run the workers, or it is stopping.");

    private final String path;
    private final transient ManagementAccess access;
    private final transient AdminOperations operations;
    private final transient RuntimeStats stats;
    private final transient List<SettingInForce> settings;
    private final transient SampleHistory history;
    private final transient LiveUpdates liveUpdates = new LiveUpdates();
    private final transient AdminSessions sessions = new AdminSessions(System::nanoTime);
    private final transient ScheduledExecutorService timer;

    /**
     * @param path path that this servlet is mapped to, without the context path and without a slash at the end
     * @param settings settings in force, without secrets
     */
    public StatusServlet(
            String path,
            ManagementAccess access,
            AdminOperations operations,
            RuntimeStats stats,
            List<SettingInForce> settings) {
        this.path = path;
        this.access = access;
        this.operations = operations;
        this.stats = stats;
        this.settings = settings;
        this.history = new SampleHistory(stats);
        this.timer = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "vts-status");
            thread.setDaemon(true);
            return thread;
        });
        timer.scheduleAtFixedRate(
                this::tick, SampleHistory.STEP.toMillis(), SampleHistory.STEP.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void tick() {
        try {
            history.add();
            if (!liveUpdates.isEmpty()) {
                liveUpdates.send(new StatusPage(status()).live());
            }
        } catch (RuntimeException | Error e) {
            // An exception would end the timer without a log line.
            Event.REQUEST_FAILED.log(LOG, "The status could not be updated", e);
        }
    }

    private StatusSnapshot status() {
        HealthReport health = operations.health();
        return new StatusSnapshot(
                Instant.now(),
                health,
                stats,
                history.samples(),
                StatsSample.of(stats),
                stats.slots(),
                stats.output(),
                Event.last(),
                settings,
                getServletContext().getServerInfo());
    }

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response)
            throws ServletException, IOException {
        RequestRecord.of(request).setKind(RequestKind.MANAGEMENT);
        super.service(request, response);
    }

    /**
     * Refuses TRACE, because {@code HttpServlet} would echo the request's header fields, which may hold credentials
     * (RFC 9110 §9.3.8).
     */
    @Override
    protected void doTrace(HttpServletRequest request, HttpServletResponse response) throws IOException {
        text(response, HttpServletResponse.SC_NOT_IMPLEMENTED, "TRACE is not supported");
    }

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        String file = below(request);
        if (FILE_TYPES.containsKey(file)) {
            sendFile(response, file);
            return;
        }
        switch (file) {
            case "" -> sendStatus(request, response);
            case "/events" -> sendEvents(request, response);
            default ->
                text(
                        response,
                        HttpServletResponse.SC_NOT_FOUND,
                        "Unknown path: only the status page is below this path");
        }
    }

    private void sendEvents(HttpServletRequest request, HttpServletResponse response) throws IOException {
        boolean mayAlways = access.mayRead(request);
        Optional<String> session = session(request).map(Session::id);
        if (!mayAlways && session.isEmpty()) {
            text(response, HttpServletResponse.SC_FORBIDDEN, ManagementAccess.READ_REFUSED);
        } else if (!liveUpdates.add(
                request,
                response,
                () -> mayAlways || session.flatMap(sessions::find).isPresent())) {
            text(response, HttpServletResponse.SC_SERVICE_UNAVAILABLE, "Too many pages are open");
        }
    }

    private void sendStatus(HttpServletRequest request, HttpServletResponse response) throws IOException {
        boolean page = FieldLines.of(request, "Accept").joined().contains("text/html");
        if (!mayRead(request)) {
            if (page) {
                html(response, HttpServletResponse.SC_FORBIDDEN, PageLayout.signInPage(notice(request)));
            } else {
                text(response, HttpServletResponse.SC_FORBIDDEN, ManagementAccess.READ_REFUSED);
            }
        } else if (page) {
            String controls =
                    PageLayout.notice(notice(request)) + AdminControls.html(session(request), operations.phase());
            html(response, HttpServletResponse.SC_OK, new StatusPage(status()).html(controls));
        } else {
            send(
                    response,
                    HttpServletResponse.SC_OK,
                    "application/json",
                    StatusJson.of(status()).toString());
        }
    }

    @Override
    protected void doPost(HttpServletRequest request, HttpServletResponse response) throws IOException {
        FormPost form = FormPost.of(request);
        String action = below(request);
        if (!form.sameSite()) {
            text(response, HttpServletResponse.SC_FORBIDDEN, "This form was sent from another site");
        } else if (action.equals("/sign-in")) {
            signIn(form, request, response);
        } else {
            Optional<Session> session =
                    session(request).filter(known -> isEqual(known.formToken(), form.field("form-token")));
            if (session.isEmpty()) {
                text(response, HttpServletResponse.SC_FORBIDDEN, "Sign in and use the buttons on the status page");
            } else if (action.equals("/sign-out")) {
                sessions.close(session.get());
                backToStatus(response, "");
            } else if (session.get().mayChange()) {
                change(action, response);
            } else {
                text(response, HttpServletResponse.SC_FORBIDDEN, "A change needs VTS_MANAGEMENT_TOKEN");
            }
        }
    }

    private void signIn(FormPost form, HttpServletRequest request, HttpServletResponse response) throws IOException {
        String token = form.field("token");
        if (!access.mayRead(request, token)) {
            backToStatus(response, "?wrong-token");
        } else {
            Session session = sessions.open(access.mayChange(token));
            // X-Forwarded-Proto counts from every client, because a false value harms only the client that sent it.
            boolean secure = RequestRecord.of(request).caller(request).origin().isHttps()
                    || FieldLines.of(request, "X-Forwarded-Proto").elements().stream()
                            .anyMatch("https"::equalsIgnoreCase);
            // Without Path, the cookie applies to the status at whatever path the browser sees it, because the default
            // is this request's path without its last segment (RFC 6265 §5.1.4).
            response.addHeader(
                    "Set-Cookie",
                    COOKIE + "=" + session.id() + "; Max-Age=" + AdminSessions.LIFE.toSeconds()
                            + "; HttpOnly; SameSite=Strict" + (secure ? "; Secure" : ""));
            backToStatus(response, "");
        }
    }

    private void change(String action, HttpServletResponse response) throws IOException {
        boolean done = switch (action) {
            case "/restart" -> operations.restart();
            case "/drain" -> {
                operations.beginDrain();
                yield true;
            }
            case "/resume" -> operations.endDrain();
            default -> false;
        };
        backToStatus(response, done ? "?" + action.substring(1) : "?impossible");
    }

    private boolean mayRead(HttpServletRequest request) {
        return access.mayRead(request) || session(request).isPresent();
    }

    private Optional<Session> session(HttpServletRequest request) {
        Cookie[] cookies = request.getCookies();
        return cookies == null
                ? Optional.empty()
                : Stream.of(cookies)
                        .filter(cookie -> cookie.getName().equals(COOKIE))
                        .flatMap(cookie -> sessions.find(cookie.getValue()).stream())
                        .findFirst();
    }

    private static boolean isEqual(String expected, String sent) {
        return MessageDigest.isEqual(expected.getBytes(StandardCharsets.UTF_8), sent.getBytes(StandardCharsets.UTF_8));
    }

    /** The part of the request's path after {@code /-/status}. */
    private String below(HttpServletRequest request) {
        String all = request.getRequestURI().substring(request.getContextPath().length());
        return all.startsWith(path) ? all.substring(path.length()) : all;
    }

    private static String notice(HttpServletRequest request) {
        String query = request.getQueryString();
        return query == null ? "" : NOTICES.getOrDefault(query, "");
    }

    /** Relative, because a proxy may show this server at another path. */
    private static void backToStatus(HttpServletResponse response, String query) {
        response.setStatus(HttpServletResponse.SC_SEE_OTHER);
        response.setHeader("Location", "../status" + query);
    }

    private static void sendFile(HttpServletResponse response, String file) throws IOException {
        try (InputStream in = StatusServlet.class.getResourceAsStream(file.substring(1))) {
            send(
                    response,
                    HttpServletResponse.SC_OK,
                    FILE_TYPES.get(file),
                    new String(in.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    private static void html(HttpServletResponse response, int status, String html) throws IOException {
        response.setHeader(
                "Content-Security-Policy",
                "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
                        + " form-action 'self'; base-uri 'none'; frame-ancestors 'none'");
        response.setHeader("Referrer-Policy", "same-origin");
        send(response, status, "text/html; charset=utf-8", html);
    }

    private static void text(HttpServletResponse response, int status, String sentence) throws IOException {
        send(response, status, "text/plain; charset=utf-8", sentence + "\n");
    }

    private static void send(HttpServletResponse response, int status, String type, String text) throws IOException {
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        response.setStatus(status);
        response.setHeader("Content-Type", type);
        response.setHeader("Cache-Control", "no-store");
        response.setHeader("X-Content-Type-Options", "nosniff");
        response.setContentLength(body.length);
        response.getOutputStream().write(body);
    }

    /** Ends the event streams and accepts no more; browsers reconnect by themselves. */
    public void endStreams() {
        liveUpdates.close();
    }

    /** A second call does nothing. */
    @Override
    public void close() {
        timer.shutdownNow();
        liveUpdates.close();
        try {
            // Waits for the timer's thread to end, because containers look for threads that an application leaves
            // behind.
            timer.awaitTermination(TICK_TIMEOUT_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
