package dev.vtsbasic.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.vtsbasic.settings.SettingSource;
import dev.vtsbasic.settings.Settings;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.HTTPGetAction;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.autoscaling.v2.CrossVersionObjectReference;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.networking.v1.Ingress;
import io.fabric8.kubernetes.api.model.networking.v1.IngressServiceBackend;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.openshift.api.model.monitoring.v1.Endpoint;
import io.fabric8.openshift.api.model.monitoring.v1.ServiceMonitor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The manifests contain only fields that Kubernetes knows, and agree with each other and with the product. */
class KubernetesTest {
    private static final Path DIRECTORY = Path.of("deploy/kubernetes");

    /** An upper bound for the time to close WebSockets and exit. */
    private static final Duration AFTER_STOP = Duration.ofSeconds(10);

    private static final ObjectMapper STRICT = YAMLMapper.builder()
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
            .annotationIntrospector(new JacksonAnnotationIntrospector() {
                private static final long serialVersionUID = 1L;

                /** Returns false, because the models would otherwise accept unknown fields. */
                @Override
                public Boolean hasAnySetter(Annotated annotated) {
                    return false;
                }
            })
            .build();

    private final Deployment deployment = read("deployment.yaml", Deployment.class);
    private final PersistentVolumeClaim archive = read("archive.yaml", PersistentVolumeClaim.class);
    private final Service service = read("service.yaml", Service.class);
    private final Ingress ingress = read("ingress.yaml", Ingress.class);
    private final HorizontalPodAutoscaler autoscaler = read("autoscaler.yaml", HorizontalPodAutoscaler.class);
    private final PodDisruptionBudget budget = read("disruption-budget.yaml", PodDisruptionBudget.class);
    private final ServiceMonitor monitor = read("service-monitor.yaml", ServiceMonitor.class);

    private final Map<String, String> labels =
            deployment.getSpec().getTemplate().getMetadata().getLabels();
    private final PodSpec pod = deployment.getSpec().getTemplate().getSpec();
    private final Container container = pod.getContainers().get(0);
    private final Settings settings = settings();

    KubernetesTest() throws Exception {}

    private record Kustomization(String apiVersion, String kind, List<String> resources, List<Image> images) {
        private record Image(String name, String newName, String newTag) {}
    }

    private static <T extends HasMetadata> T read(String file, Class<T> type) throws IOException {
        T resource = readOnly(file, type);
        assertEquals(HasMetadata.getKind(type), resource.getKind(), file);
        assertEquals(HasMetadata.getApiVersion(type), resource.getApiVersion(), file);
        assertEquals("vts-basic", resource.getMetadata().getLabels().get("app.kubernetes.io/name"), file);
        return resource;
    }

    /** Reads a file with exactly one document. */
    private static <T> T readOnly(String file, Class<T> type) throws IOException {
        try (MappingIterator<T> documents =
                STRICT.readerFor(type).readValues(DIRECTORY.resolve(file).toFile())) {
            List<T> all = documents.readAll();
            assertEquals(1, all.size(), file);
            return all.get(0);
        }
    }

    /** The settings as an instance would read them. */
    private Settings settings() throws Exception {
        Map<String, String> environment = container.getEnv().stream()
                .collect(Collectors.toMap(
                        EnvVar::getName, variable -> variable.getValue() == null ? "secret" : variable.getValue()));
        return Settings.read(List.of(SettingSource.environment(environment)));
    }

    @Test
    void anUnknownFieldIsRefused() {
        assertThrows(
                UnrecognizedPropertyException.class,
                () -> STRICT.readValue("{kind: Service, spec: {prots: []}}", Service.class));
        assertThrows(
                JsonProcessingException.class, () -> STRICT.readValue("kind: Service\nkind: Service", Service.class));
    }

    @Test
    void theKustomizationListsEveryFileExceptTheServiceMonitor() throws Exception {
        Kustomization kustomization = readOnly("kustomization.yaml", Kustomization.class);
        Set<String> all = new TreeSet<>(kustomization.resources());
        all.addAll(Set.of("kustomization.yaml", "service-monitor.yaml"));
        try (Stream<Path> files = Files.list(DIRECTORY)) {
            assertEquals(
                    files.map(file -> file.getFileName().toString()).collect(Collectors.toCollection(TreeSet::new)),
                    all);
        }
        assertEquals(container.getImage(), kustomization.images().get(0).name());
    }

    @Test
    void selectorsMatchThePods() {
        assertEquals(labels, deployment.getSpec().getSelector().getMatchLabels());
        assertEquals(labels, service.getSpec().getSelector());
        assertEquals(labels, budget.getSpec().getSelector().getMatchLabels());
        assertEquals(
                labels,
                pod.getTopologySpreadConstraints().get(0).getLabelSelector().getMatchLabels());
        assertEquals(
                service.getMetadata().getLabels(),
                monitor.getSpec().getSelector().getMatchLabels());
    }

    @Test
    void theAutoscalerTargetsTheDeployment() {
        CrossVersionObjectReference target = autoscaler.getSpec().getScaleTargetRef();
        assertEquals(deployment.getApiVersion(), target.getApiVersion());
        assertEquals(deployment.getKind(), target.getKind());
        assertEquals(deployment.getMetadata().getName(), target.getName());
        assertEquals(null, deployment.getSpec().getReplicas());
        assertTrue(container.getResources().getRequests().containsKey("cpu"), "what a utilization is a share of");
        assertTrue(autoscaler.getSpec().getMinReplicas()
                > budget.getSpec().getMaxUnavailable().getIntVal());
    }

    @Test
    void thePortsOfIngressServiceAndContainerMatch() {
        IngressServiceBackend backend = ingress.getSpec()
                .getRules()
                .get(0)
                .getHttp()
                .getPaths()
                .get(0)
                .getBackend()
                .getService();
        ServicePort servicePort = service.getSpec().getPorts().get(0);
        ContainerPort containerPort = container.getPorts().get(0);
        assertEquals(service.getMetadata().getName(), backend.getName());
        assertEquals(servicePort.getName(), backend.getPort().getName());
        assertEquals(containerPort.getName(), servicePort.getTargetPort().getStrVal());
        assertEquals(settings.server().port(), containerPort.getContainerPort());
        assertEquals(
                ingress.getSpec().getTls().get(0).getHosts(),
                List.of(ingress.getSpec().getRules().get(0).getHost()));
    }

    @Test
    void probesAskTheManagement() {
        assertAsks("/live", container.getStartupProbe().getHttpGet());
        assertAsks("/ready", container.getReadinessProbe().getHttpGet());
        assertAsks("/live", container.getLivenessProbe().getHttpGet());
    }

    private void assertAsks(String endpoint, HTTPGetAction request) {
        assertEquals(settings.management().path() + endpoint, request.getPath());
        assertEquals(container.getPorts().get(0).getName(), request.getPort().getStrVal());
    }

    @Test
    void theGracePeriodIsLongerThanAStop() {
        assertEquals(
                0,
                deployment
                        .getSpec()
                        .getStrategy()
                        .getRollingUpdate()
                        .getMaxUnavailable()
                        .getIntVal());
        assertEquals(null, container.getLifecycle());
        assertTrue(settings.server().shutdownDelay().toSeconds() > 0);
        Duration grace = Duration.ofSeconds(pod.getTerminationGracePeriodSeconds());
        Duration stop = settings.server()
                .shutdownDelay()
                .plus(settings.server().stopTimeout())
                .plus(AFTER_STOP);
        assertTrue(grace.compareTo(stop) >= 0, grace + " is less than " + stop);
    }

    @Test
    void theEnvironmentHasOnlyKnownSettings() {
        assertEquals(List.of(), settings.warnings());
        container.getEnv().forEach(variable -> assertTrue(variable.getName().startsWith("VTS_"), variable.getName()));
        assertTrue(!settings.proxy().trustedProxies().isEmpty());
    }

    @Test
    void onlyTheArchiveAndTmpAreWritable() {
        Map<String, Volume> volumes =
                pod.getVolumes().stream().collect(Collectors.toMap(Volume::getName, volume -> volume));
        Map<String, Volume> mounts = container.getVolumeMounts().stream()
                .collect(Collectors.toMap(VolumeMount::getMountPath, mount -> volumes.get(mount.getName())));
        String directory = settings.assets().archive().orElseThrow().directory().toString();
        assertEquals(Set.of("/tmp", directory), mounts.keySet());
        assertEquals(
                archive.getMetadata().getName(),
                mounts.get(directory).getPersistentVolumeClaim().getClaimName());
        assertEquals(List.of("ReadWriteMany"), archive.getSpec().getAccessModes());
        assertTrue(mounts.get("/tmp").getEmptyDir() != null);
        assertTrue(container.getSecurityContext().getReadOnlyRootFilesystem());
    }

    @Test
    void aPodHasNoUnneededPrivileges() {
        assertTrue(pod.getSecurityContext().getRunAsNonRoot());
        assertEquals(65532, pod.getSecurityContext().getRunAsUser());
        assertEquals(
                "RuntimeDefault", pod.getSecurityContext().getSeccompProfile().getType());
        assertEquals(false, pod.getAutomountServiceAccountToken());
        assertEquals(false, pod.getEnableServiceLinks(), "the service's variables look like settings");
        assertEquals(false, container.getSecurityContext().getAllowPrivilegeEscalation());
        assertEquals(
                List.of("ALL"), container.getSecurityContext().getCapabilities().getDrop());
    }

    @Test
    void prometheusAsksTheManagementWithTheTokenForMetrics() {
        Endpoint endpoint = monitor.getSpec().getEndpoints().get(0);
        ServicePort servicePort = service.getSpec().getPorts().stream()
                .filter(port -> port.getName().equals(endpoint.getPort()))
                .findFirst()
                .orElseThrow();
        ContainerPort containerPort = container.getPorts().stream()
                .filter(port ->
                        port.getName().equals(servicePort.getTargetPort().getStrVal()))
                .findFirst()
                .orElseThrow();
        assertEquals(
                Optional.of(containerPort.getContainerPort()),
                settings.management().port());
        assertEquals("0.0.0.0", settings.management().address());
        assertEquals(settings.management().path() + "/metrics", endpoint.getPath());
        EnvVar token = container.getEnv().stream()
                .filter(variable -> variable.getName().equals("VTS_METRICS_TOKEN"))
                .findFirst()
                .orElseThrow();
        assertEquals(
                token.getValueFrom().getSecretKeyRef().getName(),
                endpoint.getAuthorization().getCredentials().getName());
        assertEquals(
                token.getValueFrom().getSecretKeyRef().getKey(),
                endpoint.getAuthorization().getCredentials().getKey());
    }
}
