package dev.holdfast.it.container;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.holdfast.it.harness.Cli;
import dev.holdfast.it.harness.Command;
import dev.holdfast.it.harness.Environment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The files for Compose, Kubernetes and systemd, without running them. */
class ShippedFilesIT {
  private static final Path DOCKER = Environment.repository().resolve("docker");

  /** What the launcher, the command line and the probe read; the broker leaves it alone. */
  private static final Set<String> NOT_KEYS = Set.of("HOLDFAST_URL", "HOLDFAST_JAVA_OPTS");

  private static Set<String> keys() {
    Set<String> keys = new HashSet<>();
    String launcher = Environment.launcher().toString();
    Command.Result described = Command.run(List.of(launcher, "up", "--describe"));
    assertThat(described.exitCode()).as(described.all()).isZero();
    Cli.parse(described.out()).findValuesAsText("key").forEach(keys::add);
    assertThat(keys).contains("store.key-file", "tls.listen");
    return keys;
  }

  private static String variable(String key) {
    return "HOLDFAST_" + key.toUpperCase(Locale.ROOT).replaceAll("[.-]", "_");
  }

  @Test
  void everyVariableInThemIsASetting() throws IOException {
    Set<String> known = new HashSet<>(NOT_KEYS);
    keys().forEach(key -> known.add(variable(key)));
    String unit = Files.readString(DOCKER.resolve("systemd/holdfast.service"));
    List<String> used =
        Pattern.compile("HOLDFAST_[A-Z_]+").matcher(unit).results().map(m -> m.group()).toList();
    assertThat(used).isNotEmpty().isSubsetOf(known);
    assertThat(ShippedFiles.variables()).hasSizeGreaterThan(4).isSubsetOf(known);
  }

  @Test
  void theImageAndItsUsersAgreeOnPathsAndPorts() throws IOException {
    String dockerfile = Files.readString(DOCKER.resolve("Dockerfile"));
    JsonNode pod = ShippedFiles.pod();
    JsonNode container = pod.get("containers").get(0);
    Set<String> mounts = new HashSet<>(container.get("volumeMounts").findValuesAsText("mountPath"));
    List<String> args = ShippedFiles.texts(container.get("args"));
    assertThat(dockerfile)
        .contains("VOLUME /var/lib/holdfast", "--socket-dir\", \"/run/holdfast\"");
    assertThat(mounts).contains("/var/lib/holdfast", "/run/holdfast", "/tmp");
    assertThat(args.get(args.indexOf("--data") + 1)).startsWith("/var/lib/holdfast/");
    String sockets = args.get(args.indexOf("--socket-dir") + 1);
    Map<String, String> env = new HashMap<>();
    container.get("env").forEach(e -> env.put(e.get("name").asText(), e.get("value").asText()));
    assertThat(env.get("HOLDFAST_URL")).isEqualTo("unix://" + sockets + "/admin.sock");
    for (String key : List.of("STORE_KEY_FILE", "TLS_CERTIFICATE", "TLS_PRIVATE_KEY")) {
      assertThat(mounts).anyMatch(m -> env.get("HOLDFAST_" + key).startsWith(m + "/"));
    }
    String port = container.at("/ports/0/containerPort").asText();
    assertThat(env.get("HOLDFAST_TLS_LISTEN")).endsWith(":" + port);
    JsonNode service = ShippedFiles.read("kubernetes/statefulset.yaml").get(0);
    assertThat(service.at("/spec/ports/0/port").asText()).isEqualTo(port);
    assertThat(dockerfile).contains("USER " + pod.at("/securityContext/runAsUser") + ":10001");
    for (String name : List.of("broker", "setup", "producer", "consumer")) {
      assertThat(ShippedFiles.texts(ShippedFiles.service(name).get("volumes")))
          .contains("sockets:/run/holdfast");
    }
  }

  @Test
  void nothingInThemHasMoreRightsThanItNeeds() {
    for (String name : List.of("broker", "setup", "producer", "consumer")) {
      JsonNode service = ShippedFiles.service(name);
      assertThat(service.get("read_only").asBoolean()).as(name).isTrue();
      assertThat(ShippedFiles.texts(service.get("cap_drop"))).containsExactly("ALL");
      assertThat(ShippedFiles.texts(service.get("security_opt")))
          .containsExactly("no-new-privileges:true");
      assertThat(service.has("mem_limit")).isTrue();
      assertThat(service.has("ports")).isFalse();
    }
    JsonNode container = ShippedFiles.pod().get("containers").get(0).get("securityContext");
    assertThat(container.get("allowPrivilegeEscalation").asBoolean()).isFalse();
    assertThat(container.get("readOnlyRootFilesystem").asBoolean()).isTrue();
    assertThat(container.at("/capabilities/drop/0").asText()).isEqualTo("ALL");
    assertThat(ShippedFiles.pod().at("/securityContext/runAsNonRoot").asBoolean()).isTrue();
  }

  /** An exposure of 2.0 of 10 at most, as systemd counts it. */
  @Test
  void theSystemdUnitIsHardened() {
    String unit = DOCKER.resolve("systemd/holdfast.service").toString();
    Command.Result result =
        Command.run(
            List.of("systemd-analyze", "security", "--offline=true", "--threshold=20", unit));
    assertThat(result.exitCode()).as(result.all()).isZero();
  }
}
