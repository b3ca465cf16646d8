package dev.vtsbasic;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import jakarta.servlet.ServletRequest;
import java.util.Set;
import org.slf4j.Logger;

/** Each package is a room, and the doors between them open one way only. */
@AnalyzeClasses(packages = "dev.vtsbasic", importOptions = ImportOption.DoNotIncludeTests.class)
class RoomsTest {
    private static final Set<String> WHAT_A_CLIENT_ASKED = Set.of(
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

    private static final Set<String> DECODED_OR_EATEN = Set.of(
            "getServletPath",
            "getPathInfo",
            "getParameter",
            "getParameterMap",
            "getParameterNames",
            "getParameterValues");

    @ArchTest
    static final ArchRule onlyTheEmbeddedServerKnowsTomcat = noClasses()
            .that()
            .resideOutsideOfPackage("dev.vtsbasic.embedded")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.apache.catalina..", "org.apache.coyote..", "org.apache.tomcat..");

    @ArchTest
    static final ArchRule onlyTheProxyKnowsTheHttpClient = noClasses()
            .that()
            .resideOutsideOfPackage("dev.vtsbasic.proxy")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.apache.hc..");

    @ArchTest
    static final ArchRule onlyTheTrafficKnowsOpenTelemetry = noClasses()
            .that()
            .doNotHaveFullyQualifiedName("dev.vtsbasic.traffic.AgentSpan$Current")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.opentelemetry..");

    @ArchTest
    static final ArchRule onlyTheWiringKnowsTheCommandLine = noClasses()
            .that()
            .resideOutsideOfPackage("dev.vtsbasic")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("picocli..");

    @ArchTest
    static final ArchRule onlyTheManagementKnowsPrometheus = noClasses()
            .that()
            .resideOutsideOfPackage("dev.vtsbasic.manage")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.prometheus..");

    @ArchTest
    static final ArchRule theTrafficKnowsNothingButSettings = noClasses()
            .that()
            .resideInAPackage("dev.vtsbasic.traffic")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("dev.vtsbasic.asset", "dev.vtsbasic.proxy", "dev.vtsbasic.bun", "dev.vtsbasic.manage");

    @ArchTest
    static final ArchRule whatIsLoggedIsAnEvent = noClasses()
            .that()
            .resideOutsideOfPackage("dev.vtsbasic.log")
            .and()
            // Passes the lines of the access log on.
            .doNotHaveFullyQualifiedName("dev.vtsbasic.ApplicationListener")
            .should()
            .callMethodWhere(describe(
                    "log a message of its own",
                    call -> call.getTargetOwner().isAssignableTo(Logger.class)
                            && Set.of("info", "warn", "error", "atInfo", "atWarn", "atError", "atLevel")
                                    .contains(call.getName())));

    @ArchTest
    static final ArchRule assetsDoNotKnowTheProxy = noClasses()
            .that()
            .resideInAPackage("dev.vtsbasic.asset")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("dev.vtsbasic.proxy");

    @ArchTest
    static final ArchRule theProxyDoesNotKnowAssets = noClasses()
            .that()
            .resideInAPackage("dev.vtsbasic.proxy")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("dev.vtsbasic.asset");

    @ArchTest
    static final ArchRule theProxyKnowsThePoolButNoProcesses = noClasses()
            .that()
            .resideInAPackage("dev.vtsbasic.proxy")
            .should()
            .dependOnClassesThat(describe(
                    "are in the room of Bun, other than WorkerPool, its Seeker, WorkerLease, Worker, WorkerConnector and their values",
                    type -> type.getPackageName().equals("dev.vtsbasic.bun")
                            && !Set.of(
                                            "WorkerPool",
                                            "Seeker",
                                            "WorkerLease",
                                            "Worker",
                                            "LeasedRequest",
                                            "WorkerExit",
                                            "WorkerConnector")
                                    .contains(type.getSimpleName())));

    @ArchTest
    static final ArchRule pagesKnowNothingButTheTrafficTheLogHeadersAndTexts = noClasses()
            .that()
            .resideInAPackage("dev.vtsbasic.page")
            .should()
            .dependOnClassesThat(describe(
                    "are of another room",
                    type -> type.getPackageName().startsWith("dev.vtsbasic")
                            && !Set.of(
                                            "dev.vtsbasic.page",
                                            "dev.vtsbasic.traffic",
                                            "dev.vtsbasic.header",
                                            "dev.vtsbasic.log",
                                            "dev.vtsbasic.text")
                                    .contains(type.getPackageName())));

    @ArchTest
    static final ArchRule onlyTheLimitsKnowTheirLibrary = noClasses()
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
    static final ArchRule servletsAreJakartas =
            noClasses().should().dependOnClassesThat().resideInAPackage("javax.servlet..");

    @ArchTest
    static final ArchRule pathsStayRawAndBodiesStayWhole = noClasses()
            .should()
            .callMethodWhere(describe(
                    "read a decoded path or the parameters",
                    call -> call.getTargetOwner().isAssignableTo(ServletRequest.class)
                            && DECODED_OR_EATEN.contains(call.getName())));

    /**
     * Some containers answer with another request's data once startAsync() was called, so all of it is read at one place,
     * which comes before.
     */
    @ArchTest
    static final ArchRule theProxyReadsARequestInOnePlace = noClasses()
            .that()
            .resideInAPackage("dev.vtsbasic.proxy")
            .and()
            .doNotHaveFullyQualifiedName("dev.vtsbasic.proxy.message.InboundRequest")
            .should()
            .callMethodWhere(describe(
                    "read what a client asked",
                    call -> call.getTargetOwner().isAssignableTo(ServletRequest.class)
                            && WHAT_A_CLIENT_ASKED.contains(call.getName())));

    /** A client can put a line in front of the one that the app goes by. */
    @ArchTest
    static final ArchRule noFieldOfARequestIsReadByItsFirstLine = noClasses()
            .should()
            .callMethodWhere(describe(
                    "read the first of several field lines",
                    call -> call.getTargetOwner().isAssignableTo(ServletRequest.class)
                            && Set.of("getHeader", "getDateHeader", "getIntHeader")
                                    .contains(call.getName())));

    @ArchTest
    static final ArchRule noTwoRoomsNeedEachOther =
            slices().matching("dev.vtsbasic.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule noRoomKnowsTheWiring = noClasses()
            .that()
            .resideInAPackage("dev.vtsbasic.*..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("dev.vtsbasic");
}
