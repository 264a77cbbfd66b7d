package dev.holdfast.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.holdfast.client.HoldfastException.Reason;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TlsTest {
  @TempDir Path directory;

  @Test
  void onlyATrustedCertificateForThisHostWillDo() throws Exception {
    Path keys = directory.resolve("keys.p12");
    Path trusted = directory.resolve("trusted.pem");
    Path other = directory.resolve("other.pem");
    make(keys, trusted, "san=dns:localhost");
    make(directory.resolve("other.p12"), other, "san=dns:localhost");
    try (ScriptedPeer peer = new ScriptedPeer("secret", keys)) {
      String right = "amqps://localhost:" + peer.port();
      String wrongName = "amqps://127.0.0.1:" + peer.port();

      try (Holdfast holdfast = builder(right, trusted).connect()) {
        assertThat(holdfast.producer("orders").send(Message.text("x")).attempts()).isEqualTo(1);
      }
      assertThat(refusal(builder(wrongName, trusted))).isEqualTo(Reason.UNTRUSTED_SERVER);
      assertThat(refusal(builder(right, other))).isEqualTo(Reason.UNTRUSTED_SERVER);
      assertThat(refusal(Holdfast.builder(right))).isEqualTo(Reason.UNTRUSTED_SERVER);
      assertThat(peer.logins).hasValue(1);
    }
  }

  private static HoldfastBuilder builder(String uri, Path trust) {
    return Holdfast.builder(uri).trust(trust).user("alice").password("secret".toCharArray());
  }

  private static Reason refusal(HoldfastBuilder builder) {
    return catchThrowableOfType(HoldfastException.class, builder::connect).reason();
  }

  private static void make(Path keys, Path pem, String san) throws Exception {
    List<String> generate = keytool("-genkeypair", keys, "-alias", "a", "-keyalg", "EC");
    generate.addAll(List.of("-dname", "CN=localhost", "-ext", san));
    run(generate);
    List<String> export = keytool("-exportcert", keys, "-alias", "a", "-rfc");
    export.addAll(List.of("-file", pem.toString()));
    run(export);
    assertThat(Files.readString(pem)).contains("BEGIN CERTIFICATE");
  }

  private static List<String> keytool(String command, Path keys, String... arguments) {
    String tool = Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
    List<String> line = new ArrayList<>(List.of(tool, command, "-keystore", keys.toString()));
    line.addAll(List.of("-storepass", "changeit", "-storetype", "PKCS12"));
    line.addAll(List.of(arguments));
    return line;
  }

  private static void run(List<String> line) throws Exception {
    Process process = new ProcessBuilder(line).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes());
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(said).isZero();
  }
}
