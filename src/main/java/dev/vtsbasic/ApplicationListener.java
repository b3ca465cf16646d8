package dev.vtsbasic;

import dev.vtsbasic.app.Application;
import dev.vtsbasic.app.BunLocator;
import dev.vtsbasic.log.Event;
import dev.vtsbasic.settings.BadSettingException;
import dev.vtsbasic.settings.SettingSource;
import dev.vtsbasic.settings.Settings;
import dev.vtsbasic.settings.UrlPath;
import dev.vtsbasic.war.WarFiles;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;
import java.io.File;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Starts the application when the servlet container starts it, and closes it when the container stops it. */
public final class ApplicationListener implements ServletContextListener {
    private static final Logger LOG = LoggerFactory.getLogger(ApplicationListener.class);

    /** The container's logging decides where these lines go. */
    private static final Logger ACCESS_LOG = LoggerFactory.getLogger("dev.vtsbasic.access");

    private Application host;

    @Override
    public void contextInitialized(ServletContextEvent event) {
        ServletContext context = event.getServletContext();
        host = start(context);
        try {
            host.register(context);
        } catch (RuntimeException e) {
            // Not every container calls contextDestroyed after a listener has failed.
            host.close();
            throw e;
        }
    }

    private static Application start(ServletContext context) {
        try {
            Settings settings = Settings.read(List.of(
                    SettingSource.jndi(),
                    SettingSource.contextParameters(context),
                    SettingSource.systemProperties(),
                    SettingSource.environment(),
                    SettingSource.properties(context.getResourceAsStream("/WEB-INF/vts.properties"))));
            File directory = (File) context.getAttribute(ServletContext.TEMPDIR);
            return Application.start(
                    settings,
                    WarFiles.of(context),
                    contextPathOf(context),
                    Optional.ofNullable(directory).map(File::toPath),
                    ApplicationListener::logRequests);
        } catch (BadSettingException | BunLocator.NoBunException | IOException e) {
            Event.CANNOT_START.log(LOG, "VTS Basic cannot start: {problem}", e.getMessage());
            // The container refuses the application and shows this message to the operator.
            throw new IllegalStateException(e.getMessage());
        }
    }

    /**
     * Calls the logger in a loop and not through {@code forEach}, because servers print the name of the class that
     * calls it.
     */
    private static void logRequests(List<String> lines) {
        for (String line : lines) {
            ACCESS_LOG.info(line);
        }
    }

    private static String contextPathOf(ServletContext context) throws BadSettingException {
        String path = context.getContextPath();
        if (!UrlPath.isContextPath(path)) {
            throw new BadSettingException("The context path " + path
                    + " has characters that are not safe in scripts and pages; give the WAR a name that has"
                    + " only letters, digits and . _ ~ - @ +");
        }
        return path;
    }

    @Override
    public void contextDestroyed(ServletContextEvent event) {
        if (host != null) {
            host.close();
        }
    }
}
