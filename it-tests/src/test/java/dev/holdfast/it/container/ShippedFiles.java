package dev.holdfast.it.container;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.holdfast.it.harness.Cli;
import dev.holdfast.it.harness.Command;
import dev.holdfast.it.harness.Environment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The files for Compose and Kubernetes, and what they say in the words of {@code docker run}. */
final class ShippedFiles {
  // Python's reader, because the one for Java is not allowed into this build.
  private static final String READ =
      "import json, sys, yaml; print(json.dumps(list(yaml.safe_load_all(open(sys.argv[1])))))";

  private ShippedFiles() {}

  /** The documents of a YAML file below {@code docker/}. */
  static JsonNode read(String name) {
    String file = Environment.repository().resolve("docker").resolve(name).toString();
    Command.Result result = Command.run(List.of("/usr/bin/python3", "-c", READ, file));
    assertThat(result.exitCode())
        .as("reading %s (apt-get install python3-yaml): %s", file, result.all())
        .isZero();
    return Cli.parse(result.out());
  }

  /** A service of {@code compose.yaml}. */
  static JsonNode service(String name) {
    JsonNode service = read("compose.yaml").get(0).get("services").get(name);
    assertThat(service).as("service %s", name).isNotNull();
    return service;
  }

  /** The container of {@code statefulset.yaml}. */
  static JsonNode pod() {
    return read("kubernetes/statefulset.yaml").get(1).at("/spec/template/spec");
  }

  /**
   * Options of {@code docker run}, image and arguments that do what Compose does with a service.
   */
  static List<String> compose(JsonNode service) {
    List<String> line = new ArrayList<>();
    line.addAll(List.of("--network", service.get("network_mode").asText()));
    line.add("--read-only=" + service.path("read_only").asBoolean());
    line.addAll(List.of("--memory", service.get("mem_limit").asText()));
    service.path("cap_drop").forEach(c -> line.addAll(List.of("--cap-drop", c.asText())));
    service.path("security_opt").forEach(o -> line.addAll(List.of("--security-opt", o.asText())));
    service.path("tmpfs").forEach(t -> line.addAll(List.of("--tmpfs", t.asText())));
    if (service.has("user")) {
      line.addAll(List.of("--user", service.get("user").asText()));
    }
    service
        .path("environment")
        .properties()
        .forEach(e -> line.addAll(List.of("--env", e.getKey() + "=" + e.getValue().asText())));
    Path here = Environment.repository().resolve("docker");
    service
        .path("volumes")
        .forEach(v -> line.addAll(List.of("--volume", v.asText().replace("./", here + "/"))));
    List<String> entry = texts(service.path("entrypoint"));
    if (!entry.isEmpty()) {
      line.addAll(List.of("--entrypoint", entry.get(0)));
    }
    line.add(service.get("image").asText());
    line.addAll(entry.isEmpty() ? entry : entry.subList(1, entry.size()));
    texts(service.path("command")).forEach(word -> line.add(word.replace("$$", "$")));
    return line;
  }

  /** The same for the pod's container, with a directory of the host for each of its volumes. */
  static List<String> kubernetes(JsonNode pod, Map<String, Path> volumes) {
    JsonNode container = pod.get("containers").get(0);
    JsonNode security = pod.get("securityContext");
    List<String> line = new ArrayList<>();
    line.addAll(List.of("--network", "none", "--security-opt", "no-new-privileges"));
    line.addAll(List.of("--user", security.get("runAsUser") + ":" + security.get("runAsGroup")));
    line.add("--read-only=" + container.at("/securityContext/readOnlyRootFilesystem").asBoolean());
    texts(container.at("/securityContext/capabilities/drop"))
        .forEach(c -> line.addAll(List.of("--cap-drop", c)));
    line.addAll(
        List.of("--memory", container.at("/resources/limits/memory").asText().replace("Mi", "m")));
    container
        .get("env")
        .forEach(
            e ->
                line.addAll(
                    List.of("--env", e.get("name").asText() + "=" + e.get("value").asText())));
    container
        .get("volumeMounts")
        .forEach(
            m ->
                line.addAll(
                    List.of(
                        "--volume",
                        volumes.get(m.get("name").asText()) + ":" + m.get("mountPath").asText())));
    line.add(container.get("image").asText());
    line.addAll(texts(container.get("args")));
    return line;
  }

  static List<String> texts(JsonNode array) {
    List<String> texts = new ArrayList<>();
    array.forEach(text -> texts.add(text.asText()));
    return List.copyOf(texts);
  }

  /** Every variable that the broker is given in them. */
  static Stream<String> variables() {
    return Stream.concat(
        service("broker").get("environment").properties().stream().map(Map.Entry::getKey),
        pod().get("containers").get(0).get("env").findValuesAsText("name").stream());
  }
}
