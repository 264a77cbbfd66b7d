package dev.holdfast.broker.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.holdfast.acl.Principal;
import dev.holdfast.broker.limits.LimitTable;
import dev.holdfast.broker.limits.PrincipalLimits;
import dev.holdfast.broker.limits.PrincipalLimits.Rate;
import dev.holdfast.broker.tls.TlsFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigLoaderTest {

  @TempDir Path directory;
  private final Map<String, String> environment = new HashMap<>();

  private Surroundings surroundings() {
    return new Surroundings(environment, directory.resolve("home"), directory, 1000);
  }

  private BrokerConfig load(String toml, String... keyValues) throws Exception {
    return new ConfigLoader(surroundings()).load(file(toml), flags(keyValues));
  }

  private Path file(String toml) throws Exception {
    return Files.writeString(directory.resolve("holdfast.toml"), toml);
  }

  private static List<ConfigLoader.Flag> flags(String... keyValues) {
    return Arrays.stream(keyValues)
        .map(kv -> kv.split("=", 2))
        .map(kv -> new ConfigLoader.Flag(kv[0], kv[1], "--set " + kv[0]))
        .toList();
  }

  private List<String> mistakes(String toml, String... keyValues) {
    ConfigException e = catchThrowableOfType(ConfigException.class, () -> load(toml, keyValues));
    return e.mistakes();
  }

  @Test
  void defaultsNeedNothing() throws Exception {
    BrokerConfig config = new ConfigLoader(surroundings()).load(null, List.of());
    assertThat(config.amqp().listen()).contains(new HostPort("127.0.0.1", 5672));
    assertThat(config.amqp().maxMessageBytes()).isEqualTo(16 << 20);
    assertThat(config.amqp().idleTimeout()).isEqualTo(Duration.ofSeconds(60));
    assertThat(config.tls()).isEmpty();
    assertThat(config.logFormat()).isEqualTo(LogFormat.TEXT);
    assertThat(load("[log]\nformat = \"json\"\n").logFormat()).isEqualTo(LogFormat.JSON);
    assertThat(config.identity().adminUids()).isEmpty();
    assertThat(config.identity().ownUid()).isEqualTo(1000);
    assertThat(config.amqpSocket()).hasFileName("amqp.sock");
    assertThat(config.adminSocket()).hasFileName("admin.sock");
  }

  @Test
  void directoriesFollowTheXdgVariables() throws Exception {
    environment.put("XDG_DATA_HOME", "/x/data");
    environment.put("XDG_RUNTIME_DIR", "/x/run");
    BrokerConfig config = new ConfigLoader(surroundings()).load(null, List.of());
    assertThat(config.dataDirectory()).hasToString("/x/data/holdfast");
    assertThat(config.socketDirectory()).hasToString("/x/run/holdfast");
  }

  @Test
  void flagBeatsEnvironmentBeatsFileBeatsDefault() throws Exception {
    String toml = "[amqp]\nmax-sessions = 11\nmax-links = 21\nmax-connections = 31\n";
    environment.put("HOLDFAST_AMQP_MAX_LINKS", "22");
    environment.put("HOLDFAST_AMQP_MAX_CONNECTIONS", "32");
    BrokerConfig.Limits limits =
        load(toml, "amqp.max-connections=33", "amqp.max-connections=34").amqp().limits();
    assertThat(limits).isEqualTo(new BrokerConfig.Limits(34, 11, 22));
    assertThat(load(toml).amqp().maxFrameBytes()).isEqualTo(64 << 10);
  }

  @Test
  void limitsOfSomeAreOtherThanThoseOfAll() throws Exception {
    String toml =
        """
        [limits]
        connections = 7
        messages-per-second = 20
        receive-messages-per-second = 9
        overrides = [
          "role:admin connections=1000 message-size=2MiB",
          "user:batch  messages-per-second=500 bytes-per-second=1MiB links=3 unsettled=4 receive-bytes-per-second=64KiB",
          "uid:1001 bytes-in-flight=1MiB temporary-nodes=0 receive-messages-per-second=1"]
        """;
    LimitTable limits = load(toml).limits();
    assertThat(limits.of(new Principal("user:x", Set.of())))
        .isEqualTo(
            new PrincipalLimits(
                7, 16_384, 100_000, 64 << 20, new Rate(20, 0), new Rate(9, 0), 1 << 30, 256));
    assertThat(limits.of(new Principal("user:batch", Set.of("admin"))))
        .isEqualTo(
            new PrincipalLimits(
                1_000, 3, 4, 64 << 20, new Rate(500, 1 << 20), new Rate(9, 1 << 16), 2 << 20, 256));
    assertThat(limits.of(new Principal("uid:1001", Set.of())))
        .isEqualTo(
            new PrincipalLimits(
                7, 16_384, 100_000, 1 << 20, new Rate(20, 0), new Rate(1, 0), 1 << 30, 0));
    for (String wrong :
        List.of(
            "a",
            "a b=1",
            "user:a",
            "user:a x=1",
            "user:a links",
            "user:a links=0",
            "user:a links=x")) {
      assertThat(mistakes("", "limits.overrides=" + wrong))
          .as(wrong)
          .singleElement()
          .asString()
          .contains("limits.overrides");
    }
  }

  @Test
  void readsEveryKindOfValue() throws Exception {
    BrokerConfig config =
        load(
            """
            data-dir = "/d"
            amqp.listen = "off"
            amqp.max-message-size = "2 MiB"
            amqp.idle-timeout = "1500ms"
            tls = { certificate = "/c.pem", private-key = "/k.pem", listen = "[::1]:0" }
            identity.admin-uids = [0, 1001]
            identity.require-non-root = true
            """);
    assertThat(config.dataDirectory()).hasToString("/d");
    assertThat(config.amqp().listen()).isEmpty();
    assertThat(config.amqp().maxMessageBytes()).isEqualTo(2 << 20);
    assertThat(config.amqp().idleTimeout()).isEqualTo(Duration.ofMillis(1500));
    assertThat(config.tls())
        .contains(
            new BrokerConfig.Tls(
                Optional.of(new HostPort("::1", 0)),
                new TlsFiles(
                    Path.of("/c.pem"), Path.of("/k.pem"), Optional.empty(), Optional.empty())));
    assertThat(config.identity().adminUids()).containsExactlyInAnyOrder(0L, 1001L);
    assertThat(config.identity().rootRefused()).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "amqp.max-frame-size|12|is too small; allowed: a size from 4KiB to 1MiB",
        "amqp.max-frame-size|2MiB|is too large",
        "amqp.max-frame-size|999999999999999999TiB|is too large",
        "amqp.max-frame-size|64kb|has an unknown unit",
        "amqp.max-frame-size|much|is not a number with a unit",
        "amqp.idle-timeout|60|has no unit",
        "amqp.idle-timeout|60 parsecs|has an unknown unit",
        "amqp.idle-timeout|0s|is too small; allowed: a time from 1s to 1h",
        "amqp.max-sessions|many|is not a whole number",
        "amqp.max-sessions|0|is too small",
        "amqp.listen|localhost|is not HOST:PORT",
        "amqp.listen|localhost:x|has a port that is not a number",
        "amqp.listen|localhost:70000|has a port outside",
        "amqp.listen|::1:5672|is not HOST:PORT",
        "identity.require-non-root|yes|is neither true nor false",
        "identity.admin-uids|0,bob|is not a whole number",
        "data-dir||is not a path",
      })
  void wrongValueNamesPlaceKeyValueAndWhatIsAllowed(String key, String value, String problem) {
    String text = value == null ? "" : value;
    assertThat(mistakes("", key + "=" + text))
        .singleElement()
        .asString()
        .startsWith("--set " + key + ": " + key + " = \"" + text + "\" ")
        .contains(problem)
        .contains("; allowed: ");
  }

  @Test
  void allMistakesAreReportedTogether() {
    environment.put("HOLDFAST_AMQP_LISTN", "x:1");
    environment.put("HOLDFAST_AMQP_IDLE_TIMEOUT", "soon");
    assertThat(mistakes("[amqp]\nmax-frame = 7\nmax-links = 0\n", "data-dri=/x"))
        .satisfiesExactlyInAnyOrder(
            m ->
                assertThat(m)
                    .isEqualTo(
                        "environment variable HOLDFAST_AMQP_LISTN: there is no such key; the"
                            + " nearest is \"amqp.listen\""),
            m -> assertThat(m).startsWith("environment variable HOLDFAST_AMQP_IDLE_TIMEOUT: "),
            m ->
                assertThat(m)
                    .contains(
                        "holdfast.toml line 2: there is no key \"amqp.max-frame\"; the nearest is"
                            + " \"amqp.max-frame-size\""),
            m ->
                assertThat(m).contains("holdfast.toml line 3: amqp.max-links = \"0\" is too small"),
            m ->
                assertThat(m)
                    .isEqualTo(
                        "--set data-dri: there is no key \"data-dri\"; the nearest is"
                            + " \"data-dir\""));
  }

  @Test
  void variablesOfTheSurroundingsAreLeftAlone() throws Exception {
    environment.put("HOLDFAST_URL", "unix:///x");
    environment.put("HOLDFAST_CONTEXT", "x");
    environment.put("HOLDFAST_SERVICE_HOST", "10.0.0.1");
    environment.put("HOLDFAST_PORT_5672_TCP", "tcp://10.0.0.1:5672");
    environment.put("HOLDFAST_JAVA_OPTS", "-Xmx1g");
    assertThat(load("")).isNotNull();
  }

  @Test
  void brokenFileIsReportedWithItsPlace() throws Exception {
    assertThat(mistakes("a = 1\nb = = 2\n"))
        .singleElement()
        .asString()
        .contains("holdfast.toml line 2, column ", "not TOML");
    Path missing = directory.resolve("none.toml");
    ConfigException e =
        catchThrowableOfType(
            ConfigException.class, () -> new ConfigLoader(surroundings()).load(missing, List.of()));
    assertThat(e.mistakes()).containsExactly(missing + ": there is no such configuration file");
  }

  @Test
  void oneTransactionMayNotHoldMoreThanAll() {
    assertThat(mistakes("[transactions]\nmax-size = \"65MiB\"\n"))
        .containsExactly("transactions.max-total-size is less than transactions.max-size");
  }

  @Test
  void certificateAndKeyBelongTogether() {
    assertThat(mistakes("tls.certificate = \"/c.pem\"\n"))
        .containsExactly("tls.certificate and tls.private-key belong together: give both or none");
  }

  @Test
  void webSocketOverTlsNeedsACertificate() {
    assertThat(mistakes("websocket.tls-listen = \"127.0.0.1:0\"\n"))
        .containsExactly("websocket.tls-listen needs tls.certificate and tls.private-key");
  }

  @Test
  void originsAreWrittenAsBrowsersWriteThem() throws Exception {
    assertThat(load("websocket.origins = [\"https://Shop.example\"]\n").webSocket().origins())
        .containsExactly("https://shop.example");
    for (String wrong : new String[] {"shop.example", "https://shop.example/", "*", "null"}) {
      assertThat(mistakes("websocket.origins = [\"" + wrong + "\"]\n"))
          .singleElement()
          .asString()
          .contains("websocket.origins", "scheme://host:port");
    }
  }

  @Test
  void whatIsAskedOfClientsHasToBeComplete() {
    String tls = "tls = { certificate = \"/c\", private-key = \"/k\" ";
    assertThat(mistakes("tls.client-auth = \"required\"\n"))
        .containsExactly(
            "tls.client-auth needs tls.certificate and tls.private-key",
            "tls.client-auth needs tls.client-ca");
    assertThat(mistakes(tls + ", client-ca = \"/ca\", client-crl = \"/crl\" }\n"))
        .containsExactly(
            "tls.client-ca does nothing without tls.client-auth",
            "tls.client-crl does nothing without tls.client-auth");
    assertThat(mistakes(tls + ", client-auth = \"yes\" }\n"))
        .singleElement()
        .asString()
        .endsWith("tls.client-auth = \"yes\" is none of them; allowed: none, request, required");
  }

  @Test
  void clientsCertificates() throws Exception {
    BrokerConfig config =
        load(
            """
            [tls]
            certificate = "/c"
            private-key = "/k"
            hosts-dir = "/hosts"
            client-auth = "required"
            client-ca = "/ca"
            client-revoked-serials = "/serials"
            [identity]
            admin-certificates = ["spiffe://local/ops", "ops.example"]
            """);
    assertThat(config.tls().orElseThrow().files())
        .isEqualTo(
            new TlsFiles(
                Path.of("/c"),
                Path.of("/k"),
                Optional.of(Path.of("/hosts")),
                Optional.of(
                    new TlsFiles.Clients(
                        true,
                        Path.of("/ca"),
                        Optional.empty(),
                        Optional.of(Path.of("/serials"))))));
    assertThat(config.identity().adminCertificates())
        .containsExactlyInAnyOrder("spiffe://local/ops", "ops.example");
  }

  @Test
  void knowsWhatOthersCanReach() {
    assertThat(new HostPort("127.0.0.1", 1).loopback()).isTrue();
    assertThat(new HostPort("::1", 1).loopback()).isTrue();
    assertThat(new HostPort("localhost", 1).loopback()).isTrue();
    assertThat(new HostPort("0.0.0.0", 1).loopback()).isFalse();
    assertThat(new HostPort("::", 1).loopback()).isFalse();
    assertThat(HostPort.parse("[::1]:5672")).hasToString("[::1]:5672");
    assertThat(Optional.of(HostPort.parse("host:0"))).contains(new HostPort("host", 0));
  }

  @Test
  void documentationShowsTheTable() throws Exception {
    Path docs = Path.of("../docs/configuration.md");
    String table = ConfigReference.markdown();
    if (System.getenv("UPDATE_DOCS") != null) {
      String text = Files.readString(docs);
      int from = text.indexOf("| Key | Default");
      int to = text.indexOf("\n\n", from);
      Files.writeString(docs, text.substring(0, from) + table.strip() + text.substring(to));
    }
    assertThat(Files.readString(docs))
        .as("run this test with UPDATE_DOCS=1 in the environment to bring the page up to date")
        .contains(table);
  }
}
