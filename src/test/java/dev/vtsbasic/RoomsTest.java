package dev.vtsbasic;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import jakarta.servlet.ServletRequest;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;

/** Each package is a room, and dependencies between rooms go one way only. */
@AnalyzeClasses(packages = "dev.vtsbasic", importOptions = ImportOption.DoNotIncludeTests.class)
class RoomsTest {
    private static final String ROOT = "dev.vtsbasic";

    /** Every room may use these. */
    private static final Set<String> GROUND = Set.of("settings", "log", "text", "text.escape", "file");

    /** The rooms that each room may use besides the ground; a room that is not listed uses none. */
    private static final Map<String, Set<String>> ARROWS = """
            main: cli app war
            cli: app asset build build.base build.reproduction build.validation bun bun.process deploy embedded launch manage war
            app: asset build bun bun.pool bun.process deploy header launch limit manage manage.jmx manage.metrics page pool proxy status syntax traffic war
            deploy: asset build build.base build.validation bun launch page
            war: launch
            build.base: build
            build.reproduction: build build.base
            build.validation: build
            asset: header syntax traffic
            proxy: proxy.cache proxy.container proxy.exchange proxy.message proxy.tunnel proxy.upstream pool header limit page traffic
            proxy.tunnel: proxy.exchange proxy.upstream proxy.container proxy.message traffic
            proxy.exchange: proxy.upstream proxy.container proxy.message pool header page traffic
            proxy.cache: proxy.cache.capture proxy.message syntax traffic
            proxy.cache.capture: proxy.message
            proxy.upstream: proxy.message pool
            proxy.container: proxy.message traffic
            proxy.message: page syntax traffic
            bun: bun.pool bun.process pool build
            bun.pool: bun.process pool
            bun.process: bun.output pool build launch
            status: manage bun bun.pool traffic
            manage: bun bun.pool launch limit traffic
            manage.metrics: manage bun traffic
            manage.jmx: manage bun traffic
            embedded: embedded.connector embedded.http2 limit
            embedded.http2: embedded.connector limit
            embedded.connector: limit traffic
            limit: page traffic
            page: header traffic
            syntax: page
            header: traffic
            """.lines()
            .map(line -> line.split(": "))
            .collect(Collectors.toMap(arrow -> arrow[0], arrow -> Set.of(arrow[1].split(" "))));

    private static final Set<String> REQUEST_GETTERS = Set.of(
            "getMethod",
            "getRequestURI",
            "getRequestURL",
            "getQueryString",
            "getProtocol",
            "getContextPath",
            "getHeader",
            "getHeaders",
            "getHeaderNames",
            "getContentLength",
            "getContentLengthLong",
            "getRemoteAddr",
            "getRemoteHost",
            "getScheme",
            "getServerName",
            "getServerPort",
            "isSecure");

    private static final Set<String> DECODING_GETTERS = Set.of(
            "getServletPath",
            "getPathInfo",
            "getParameter",
            "getParameterMap",
            "getParameterNames",
            "getParameterValues");

    @ArchTest
    static final ArchRule onlyTheEmbeddedServerKnowsTomcat = noClasses()
            .that()
            .resideOutsideOfPackage("dev.vtsbasic.embedded..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.apache.catalina..", "org.apache.coyote..", "org.apache.tomcat..");

    @ArchTest
    static final ArchRule onlyTheProxyKnowsTheHttpClient = noClasses()
            .that()
            .resideOutsideOfPackage("dev.vtsbasic.proxy..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.apache.hc..");

    @ArchTest
    static final ArchRule onlyAgentSpanKnowsOpenTelemetry = noClasses()
            .that()
            .doNotHaveFullyQualifiedName("dev.vtsbasic.traffic.AgentSpan$Current")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.opentelemetry..");

    @ArchTest
    static final ArchRule onlyTheCliKnowsPicocli = noClasses()
            .that()
            .resideOutsideOfPackages("dev.vtsbasic", "dev.vtsbasic.cli")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("picocli..");

    @ArchTest
    static final ArchRule onlyTheManagementKnowsPrometheus = noClasses()
            .that()
            .resideOutsideOfPackage("dev.vtsbasic.manage..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.prometheus..");

    @ArchTest
    static final ArchRule logMessagesAreWrittenAsEvents = noClasses()
            .that()
            .resideOutsideOfPackage("dev.vtsbasic.log")
            .and()
            // ApplicationListener passes on the lines of the access log.
            .doNotHaveFullyQualifiedName("dev.vtsbasic.ApplicationListener")
            .should()
            .callMethodWhere(describe(
                    "log a message of its own",
                    call -> call.getTargetOwner().isAssignableTo(Logger.class)
                            && Set.of("info", "warn", "error", "atInfo", "atWarn", "atError", "atLevel")
                                    .contains(call.getName())));

    @ArchTest
    static final ArchRule onlyLimitKnowsBucket4j = noClasses()
            .that()
            .resideOutsideOfPackage("dev.vtsbasic.limit")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.github.bucket4j..");

    @ArchTest
    static final ArchRule theLauncherNeedsNothingButTheJdk = classes()
            .that()
            .resideInAPackage("dev.vtsbasic.launch")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage("java..", "dev.vtsbasic.launch");

    @ArchTest
    static final ArchRule servletTypesAreThoseOfJakarta =
            noClasses().should().dependOnClassesThat().resideInAPackage("javax.servlet..");

    @ArchTest
    static final ArchRule noCodeReadsADecodedPathOrAParameter = noClasses()
            .should()
            .callMethodWhere(describe(
                    "read a decoded path or the parameters",
                    call -> call.getTargetOwner().isAssignableTo(ServletRequest.class)
                            && DECODING_GETTERS.contains(call.getName())));

    /**
     * After startAsync(), some containers return another request's data, so one class reads the request before that.
     */
    @ArchTest
    static final ArchRule onlyInboundRequestReadsTheRequestInTheProxy = noClasses()
            .that()
            .resideInAPackage("dev.vtsbasic.proxy..")
            .and()
            .doNotHaveFullyQualifiedName("dev.vtsbasic.proxy.message.InboundRequest")
            .should()
            .callMethodWhere(describe(
                    "read a value of the request",
                    call -> call.getTargetOwner().isAssignableTo(ServletRequest.class)
                            && REQUEST_GETTERS.contains(call.getName())));

    /** A client can add a field line before the one that the app uses. */
    @ArchTest
    static final ArchRule noHeaderFieldIsReadByItsFirstLineAlone = noClasses()
            .should()
            .callMethodWhere(describe(
                    "read the first of several field lines",
                    call -> call.getTargetOwner().isAssignableTo(ServletRequest.class)
                            && Set.of("getHeader", "getDateHeader", "getIntHeader")
                                    .contains(call.getName())));

    @ArchTest
    static void eachRoomUsesOnlyTheRoomsThatAnArrowLeadsTo(JavaClasses program) {
        for (JavaClass user : program) {
            String from = roomOf(user);
            Set<String> allowed = ARROWS.getOrDefault(from, Set.of());
            for (Dependency dependency : user.getDirectDependenciesFromSelf()) {
                JavaClass used = dependency.getTargetClass().getBaseComponentType();
                String to = roomOf(used);
                boolean isOurs = used.getPackageName().startsWith(ROOT);
                assertTrue(
                        !isOurs || to.equals(from) || GROUND.contains(to) || allowed.contains(to),
                        dependency::getDescription);
            }
        }
    }

    private static String roomOf(JavaClass type) {
        String name = type.getPackageName();
        return name.length() <= ROOT.length() ? "main" : name.substring(ROOT.length() + 1);
    }
}
