package dev.holdfast.broker.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.sec.ECPrivateKey;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is taken for a certificate, a key, a revocation list, and what is said otherwise. */
class TlsFilesTest {

  private static final TestCa CA = TestCa.create("ca");
  private static final Instant NOW = Instant.now();
  @TempDir Path temp;
  private Path certificate;
  private Path key;

  @BeforeEach
  void names() {
    certificate = temp.resolve("a.crt");
    key = temp.resolve("a.key");
  }

  private TlsMaterial read(Optional<Path> hosts, Optional<TlsFiles.Clients> clients)
      throws TlsException {
    return TlsMaterial.read(new TlsFiles(certificate, key, hosts, clients), NOW);
  }

  private void refused(String... words) {
    assertThatThrownBy(() -> read(Optional.empty(), Optional.empty()))
        .isInstanceOf(TlsException.class)
        .message()
        .contains(words);
  }

  @ParameterizedTest
  @ValueSource(strings = {"EC", "RSA", "Ed25519"})
  void keysOfEveryKind(String algorithm) throws Exception {
    CA.request("a").dns("a").key(algorithm).issue().write(certificate, key);
    assertThat(read(Optional.empty(), Optional.empty()).certificates()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"EC", "RSA"})
  void keysAsOpenSslUsedToWriteThem(String algorithm) throws Exception {
    TestCa.Issued issued = CA.request("a").key(algorithm).issue().write(certificate, key);
    PrivateKeyInfo modern = PrivateKeyInfo.getInstance(issued.keys().getPrivate().getEncoded());
    byte[] inner =
        issued.keys().getPrivate() instanceof java.security.interfaces.ECPrivateKey ec
            ? new ECPrivateKey(256, ec.getS(), modern.getPrivateKeyAlgorithm().getParameters())
                .getEncoded()
            : modern.parsePrivateKey().toASN1Primitive().getEncoded();
    Files.writeString(
        key,
        "some text\n"
            + TestCa.pem("EC PARAMETERS", new byte[] {5, 0})
            + TestCa.pem(algorithm + " PRIVATE KEY", inner));
    assertThat(read(Optional.empty(), Optional.empty()).certificates()).hasSize(1);
  }

  @Test
  void whatCannotBeUsedIsCalledByName() throws Exception {
    refused(certificate.toString(), "does not exist");
    TestCa.Issued one = CA.request("a").issue().write(certificate, key);
    Files.delete(key);
    refused(key.toString(), "does not exist");
    Files.writeString(key, TestCa.pem("ENCRYPTED PRIVATE KEY", new byte[8]));
    refused(key.toString(), "encrypted", "openssl");
    Files.writeString(key, TestCa.pem("PRIVATE KEY", new byte[8]));
    refused(key.toString(), "cannot be read");
    Files.writeString(key, "no key");
    refused(key.toString(), "no private key");
    Files.writeString(key, CA.request("b").issue().keyPem());
    refused(key.toString(), "is not the key of the first certificate", certificate.toString());
    Files.writeString(key, CA.request("b").key("RSA").issue().keyPem());
    refused("is not the key of the first certificate");
    Files.writeString(key, one.keyPem());
    Files.writeString(certificate, "garbage");
    refused(certificate.toString(), "no certificate");
    Files.writeString(certificate, TestCa.pem("CERTIFICATE", new byte[9]));
    refused(certificate.toString(), "cannot be read");
    Files.writeString(certificate, "-----BEGIN CERTIFICATE-----\n*\n-----END CERTIFICATE-----\n");
    refused(certificate.toString());
    Files.writeString(certificate, one.pem().replace(CA.pem(), TestCa.create("ca").pem()));
    refused(certificate.toString(), "certificate 1 is not issued by certificate 2");
  }

  @Test
  void timesAndUsages() throws Exception {
    Duration day = Duration.ofDays(1);
    CA.request("a")
        .valid(NOW.minus(day.multipliedBy(3)), NOW.minus(day))
        .issue()
        .write(certificate, key);
    refused("has expired at");
    CA.request("a")
        .valid(NOW.plus(day), NOW.plus(day.multipliedBy(3)))
        .issue()
        .write(certificate, key);
    refused("is not valid before");
    CA.request("a").clientOnly().issue().write(certificate, key);
    refused("does not allow a TLS server");
  }

  private Path hosts() throws IOException {
    return Files.createDirectories(temp.resolve("hosts"));
  }

  private void host(String file, TestCa.Request request) throws IOException {
    request.issue().write(hosts().resolve(file + ".crt"), hosts().resolve(file + ".key"));
  }

  @Test
  void certificatesByHost() throws Exception {
    CA.request("default").dns("default").issue().write(certificate, key);
    host("one", CA.request("1").dns("one.example").dns("uno.example"));
    host("wild", CA.request("*").dns("*.example"));
    HostCertificates hosts =
        HostCertificates.read(
            new TlsFiles(certificate, key, Optional.of(hosts()), Optional.empty()), NOW);
    assertThat(hosts.forHost("one.example").file()).hasFileName("one.crt");
    assertThat(hosts.forHost("UNO.Example").file()).hasFileName("one.crt");
    assertThat(hosts.forHost("two.example").file()).hasFileName("wild.crt");
    assertThat(hosts.forHost("a.b.example").file()).isEqualTo(certificate);
    assertThat(hosts.forHost("example").file()).isEqualTo(certificate);
    assertThat(hosts.forHost("elsewhere").file()).isEqualTo(certificate);
    assertThat(hosts.forHost(null).file()).isEqualTo(certificate);
    assertThat(hosts.all()).hasSize(3);
  }

  @Test
  void certificatesForHostsHaveToBeForOneAndOnlyOnce() throws Exception {
    CA.request("default").issue().write(certificate, key);
    host("a", CA.request("a"));
    assertThatThrownBy(() -> read(Optional.of(hosts()), Optional.empty()))
        .hasMessageContaining("a.crt is for no host");
    host("a", CA.request("a").dns("same.example"));
    host("b", CA.request("b").dns("same.example"));
    assertThatThrownBy(() -> read(Optional.of(hosts()), Optional.empty()))
        .hasMessageContaining("are both for same.example");
    Files.delete(hosts().resolve("b.key"));
    assertThatThrownBy(() -> read(Optional.of(hosts()), Optional.empty()))
        .hasMessageContaining("b.key does not exist");
    assertThatThrownBy(() -> read(Optional.of(temp.resolve("none")), Optional.empty()))
        .hasMessageContaining("none cannot be read");
  }

  private Revocations revocations(String lists, String serials) throws Exception {
    Path crl = Files.writeString(temp.resolve("crl"), lists);
    Path file = Files.writeString(temp.resolve("serials"), serials);
    return Revocations.read(
        new TlsFiles.Clients(true, temp, Optional.of(crl), Optional.of(file)),
        List.of(CA.certificate()),
        NOW);
  }

  @Test
  void revokedBySerialOrList() throws Exception {
    TestCa.Issued a = CA.request("a").issue();
    TestCa.Issued b = CA.request("b").issue();
    TestCa.Issued c = CA.request("c").issue();
    String colons = a.serial().toUpperCase().replaceAll("(..)(?!$)", "$1:");
    Revocations revoked =
        revocations(
            CA.revocationList(b.certificate()), "# gone\n\n  " + colons + " # and why\n00ff\n");
    assertThat(revoked.isRevoked(List.of(a.certificate()))).isTrue();
    assertThat(revoked.isRevoked(List.of(b.certificate(), CA.certificate()))).isTrue();
    assertThat(revoked.isRevoked(List.of(c.certificate(), b.certificate()))).isTrue();
    assertThat(revoked.isRevoked(List.of(c.certificate(), CA.certificate()))).isFalse();
    assertThat(revoked.isRevoked(List.of())).isFalse();
    assertThatCode(() -> revocations(CA.revocationList() + CA.revocationList(), ""))
        .doesNotThrowAnyException();
  }

  @Test
  void listsOfStrangersAndGarbageAreRefused() {
    TestCa other = TestCa.create("ca");
    assertThatThrownBy(() -> revocations(other.revocationList(), ""))
        .hasMessageContaining("is not signed by a certificate of tls.client-ca");
    assertThatThrownBy(() -> revocations("garbage", "")).isInstanceOf(TlsException.class);
    assertThatThrownBy(() -> revocations("", "")).isInstanceOf(TlsException.class);
    assertThatThrownBy(() -> revocations(CA.revocationList(), "01\nxyz\n"))
        .hasMessageContaining("serials line 2 is not a serial number");
  }
}
