package dev.holdfast.broker.identity;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.acl.Principal;
import dev.holdfast.broker.tls.TestCa;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SaslAuthenticatorTest {
  private static final SaslStep.Failed REFUSED = new SaslStep.Failed(false);

  @TempDir Path directory;
  private UserStore users;
  private SaslAuthenticator broker;

  @BeforeEach
  void open() {
    users = UserStore.open(directory.resolve("users"), InstantSource.system());
    broker =
        new SaslAuthenticator(
            users,
            new PeerPrincipals(1000, Set.of(7L)),
            new CertificatePrincipals(false, Set.of("spiffe://local/ops")));
  }

  @AfterEach
  void close() {
    broker.close();
    users.close();
  }

  private String generated(String name) throws Exception {
    UserStore.Changed changed =
        users.add(name, Set.of("admin"), null).toCompletableFuture().get(30, TimeUnit.SECONDS);
    return new String(changed.generated(), UTF_8);
  }

  private void chosen(String name, String password) throws Exception {
    users
        .add(name, Set.of(), password.getBytes(UTF_8))
        .toCompletableFuture()
        .get(30, TimeUnit.SECONDS);
  }

  private static String name(SaslStep step) {
    return ((SaslStep.Authenticated) step).principal().name();
  }

  @Test
  void offersWhatWorksOnEachTransportBestFirst() {
    assertThat(broker.offered(Sasl.unix(1000)))
        .containsExactly("EXTERNAL", "SCRAM-SHA-512", "SCRAM-SHA-256", "PLAIN", "ANONYMOUS");
    assertThat(broker.offered(Sasl.unix(65_534)))
        .containsExactly("SCRAM-SHA-512", "SCRAM-SHA-256", "PLAIN");
    assertThat(broker.offered(Sasl.LOOPBACK))
        .containsExactly("SCRAM-SHA-512", "SCRAM-SHA-256", "PLAIN");
    assertThat(broker.offered(Sasl.TLS)).containsExactly("SCRAM-SHA-512", "SCRAM-SHA-256", "PLAIN");
    assertThat(broker.offered(Sasl.REMOTE)).containsExactly("SCRAM-SHA-512", "SCRAM-SHA-256");
  }

  @Test
  void scramGivesWayToPlainOnceAPasswordWasChosen() throws Exception {
    chosen("human", "correct horse");
    assertThat(broker.offered(Sasl.LOOPBACK)).containsExactly("PLAIN");
    assertThat(broker.offered(Sasl.REMOTE)).containsExactly("SCRAM-SHA-512", "SCRAM-SHA-256");
  }

  @Test
  void kernelVouchesForPeersOfTheUnixSocket() throws Exception {
    for (String mechanism : List.of("EXTERNAL", "ANONYMOUS")) {
      for (String response : new String[] {null, ""}) {
        SaslStep step = Sasl.answer(broker.start(mechanism, Sasl.unix(1000)), response);
        assertThat(name(step)).isEqualTo("uid:1000");
        assertThat(((SaslStep.Authenticated) step).principal().roles()).containsExactly("admin");
      }
    }
    SaslStep stranger = Sasl.answer(broker.start("EXTERNAL", Sasl.unix(1001)), "uid:1001");
    assertThat(((SaslStep.Authenticated) stranger).principal().name()).isEqualTo("uid:1001");
    assertThat(((SaslStep.Authenticated) stranger).principal().roles()).isEmpty();
    SaslStep listed = Sasl.answer(broker.start("EXTERNAL", Sasl.unix(7)), "");
    assertThat(((SaslStep.Authenticated) listed).principal().roles()).containsExactly("admin");
  }

  @Test
  void nobodyActsForSomebodyElse() throws Exception {
    assertThat(Sasl.answer(broker.start("EXTERNAL", Sasl.unix(1001)), "uid:1000"))
        .isEqualTo(REFUSED);
    String password = generated("alice");
    assertThat(Sasl.answer(broker.start("PLAIN", Sasl.LOOPBACK), "bob\0alice\0" + password))
        .isEqualTo(REFUSED);
    assertThat(name(Sasl.answer(broker.start("PLAIN", Sasl.LOOPBACK), "alice\0alice\0" + password)))
        .isEqualTo("user:alice");
  }

  @Test
  void rootIsNoAdministratorUnlessListedOrRunningTheBroker() {
    PeerCredentials root = new PeerCredentials(0, 0, 1);
    assertThat(new PeerPrincipals(1000, Set.of()).principal(root).orElseThrow().roles()).isEmpty();
    assertThat(new PeerPrincipals(1000, Set.of(0L)).principal(root).orElseThrow().roles())
        .containsExactly("admin");
    assertThat(new PeerPrincipals(0, Set.of()).principal(root).orElseThrow().roles())
        .containsExactly("admin");
    assertThat(new PeerPrincipals(0, Set.of()).principal(new PeerCredentials(-1, 0, 1))).isEmpty();
    assertThat(new PeerPrincipals(0, Set.of()).principal(new PeerCredentials(65_534, 0, 1)))
        .isEmpty();
  }

  @Test
  void mechanismThatWasNotOfferedFails() throws Exception {
    assertThat(Sasl.answer(broker.start("EXTERNAL", Sasl.LOOPBACK), "")).isEqualTo(REFUSED);
    assertThat(Sasl.answer(broker.start("ANONYMOUS", Sasl.TLS), "")).isEqualTo(REFUSED);
    String password = generated("alice");
    assertThat(Sasl.plain(broker, Sasl.REMOTE, "alice", password)).isEqualTo(REFUSED);
    assertThat(Sasl.answer(broker.start("CRAM-MD5", Sasl.LOOPBACK), "")).isEqualTo(REFUSED);
  }

  @ParameterizedTest
  @EnumSource(ScramHash.class)
  void generatedPasswordWorksWithScramAndPlain(ScramHash hash) throws Exception {
    String password = generated("alice");
    assertThat(name(Sasl.scram(broker, hash, Sasl.LOOPBACK, "alice", password)))
        .isEqualTo("user:alice");
    assertThat(Sasl.scram(broker, hash, Sasl.LOOPBACK, "alice", password + "x")).isEqualTo(REFUSED);
    assertThat(name(Sasl.plain(broker, Sasl.LOOPBACK, "alice", password))).isEqualTo("user:alice");
    assertThat(Sasl.plain(broker, Sasl.LOOPBACK, "alice", password + "x")).isEqualTo(REFUSED);
  }

  @Test
  void chosenPasswordWorksWithPlainOnly() throws Exception {
    chosen("human", "correct horse");
    assertThat(name(Sasl.plain(broker, Sasl.TLS, "human", "correct horse")))
        .isEqualTo("user:human");
    assertThat(Sasl.scram(broker, ScramHash.SHA_256, Sasl.REMOTE, "human", "correct horse"))
        .isEqualTo(REFUSED);
  }

  @Test
  void namesAreComparedInOneNormalForm() throws Exception {
    chosen("Zo\u00eb", "correct horse");
    assertThat(name(Sasl.plain(broker, Sasl.TLS, "Zoe\u0308", "correct horse")))
        .isEqualTo("user:Zo\u00eb");
  }

  @Test
  void malformedPlainFails() throws Exception {
    for (String message : List.of("", "\0", "\0\0", "a", "a\0b", "\0a\0", "\0a\0b\0c", "\0\0b")) {
      assertThat(Sasl.answer(broker.start("PLAIN", Sasl.TLS), message)).isEqualTo(REFUSED);
    }
    byte[] notUtf8 = {0, (byte) 0xc3, 0x28, 0, 'x'};
    assertThat(broker.start("PLAIN", Sasl.TLS).respond(notUtf8).toCompletableFuture().get())
        .isEqualTo(REFUSED);
  }

  @Test
  void answersToUnknownAndWrongAreTheSame() throws Exception {
    String password = generated("alice");
    List<SaslStep> answers = new ArrayList<>();
    for (String name : List.of("alice", "nobody")) {
      answers.add(Sasl.plain(broker, Sasl.LOOPBACK, name, "wrong password"));
      answers.add(Sasl.scram(broker, ScramHash.SHA_512, Sasl.LOOPBACK, name, "wrong"));
    }
    assertThat(answers).containsOnly(REFUSED);
    assertThat(salt("nobody")).isEqualTo(salt("nobody")).hasSameSizeAs(salt("alice"));
    assertThat(salt("nobody")).isNotEqualTo(salt("nobody2"));
    assertThat(password).hasSize(32);
  }

  private String salt(String name) throws Exception {
    SaslExchange exchange = broker.start("SCRAM-SHA-256", Sasl.LOOPBACK);
    return Sasl.challenge(Sasl.answer(exchange, "n,,n=" + name + ",r=x")).split(",")[1];
  }

  @Test
  void saltOfAnUnknownNameOutlivesARestart() throws Exception {
    String before = salt("nobody");
    close();
    open();
    assertThat(salt("nobody")).isEqualTo(before);
  }

  @Test
  void newPasswordEndsTheOldOneAtOnceEvenWhenItsSuccessIsRemembered() throws Exception {
    chosen("human", "correct horse");
    assertThat(name(Sasl.plain(broker, Sasl.TLS, "human", "correct horse"))).isNotEmpty();
    users
        .setPassword("human", "battery staple".getBytes(UTF_8))
        .toCompletableFuture()
        .get(30, TimeUnit.SECONDS);
    assertThat(Sasl.plain(broker, Sasl.TLS, "human", "correct horse")).isEqualTo(REFUSED);
    assertThat(name(Sasl.plain(broker, Sasl.TLS, "human", "battery staple"))).isNotEmpty();
    users.remove("human").toCompletableFuture().get(30, TimeUnit.SECONDS);
    assertThat(Sasl.plain(broker, Sasl.TLS, "human", "battery staple")).isEqualTo(REFUSED);
  }

  @Test
  void tooManyChecksAtOnceAreATemporaryFailure() throws Exception {
    chosen("human", "correct horse");
    List<CompletableFuture<SaslStep>> answers = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      PeerInfo peer =
          new PeerInfo(PeerInfo.Transport.TLS, null, List.of(), "192.0.2." + i + ":1", false);
      byte[] message = ("\0human\0wrong password " + i).getBytes(UTF_8);
      answers.add(broker.start("PLAIN", peer).respond(message).toCompletableFuture());
    }
    List<SaslStep> steps = new ArrayList<>();
    for (CompletableFuture<SaslStep> answer : answers) {
      steps.add(answer.get(60, TimeUnit.SECONDS));
    }
    assertThat(steps).contains(REFUSED, new SaslStep.Failed(true));
  }

  @Test
  void guessingIsSlowedDownPerNameAndOriginAndNeverLocksOut() {
    Backoff backoff = new Backoff();
    for (int i = 0; i < Backoff.FREE_FAILURES; i++) {
      assertThat(backoff.delay("alice", "a").toMillis()).isZero();
      backoff.failed("alice", "a");
    }
    List<Long> delays = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      delays.add(backoff.delay("alice", "a").toMillis());
      backoff.failed("alice", "a");
    }
    assertThat(delays).containsExactly(250L, 500L, 1000L, 2000L, 4000L, 8000L, 8000L, 8000L);
    assertThat(backoff.delay("alice", "b").toMillis()).isZero();
    assertThat(backoff.delay("bob", "a").toMillis()).isZero();
    backoff.succeeded("alice", "a");
    assertThat(backoff.delay("alice", "a").toMillis()).isZero();
  }

  @Test
  void portsDoNotMakeANewOrigin() throws Exception {
    generated("alice");
    for (int i = 0; i < Backoff.FREE_FAILURES; i++) {
      PeerInfo peer =
          new PeerInfo(PeerInfo.Transport.TCP, null, List.of(), "127.0.0.1:" + (5000 + i), true);
      Sasl.scram(broker, ScramHash.SHA_256, peer, "alice", "wrong");
    }
    CompletableFuture<SaslStep> next = lastStep("alice");
    assertThat(next).isNotDone();
    assertThat(next.get(30, TimeUnit.SECONDS)).isEqualTo(REFUSED);
    assertThat(lastStep("bob")).isDone();
  }

  private CompletableFuture<SaslStep> lastStep(String name) throws Exception {
    SaslExchange exchange = broker.start("SCRAM-SHA-256", Sasl.LOOPBACK);
    String nonce = Sasl.challenge(Sasl.answer(exchange, "n,,n=" + name + ",r=x")).split(",")[0];
    byte[] last = ("c=biws," + nonce + ",p=AAAA").getBytes(UTF_8);
    return exchange.respond(last).toCompletableFuture();
  }

  private static PeerInfo withCertificate(TestCa.Issued shown) {
    return new PeerInfo(
        PeerInfo.Transport.TLS, null, List.of(shown.certificate()), "192.0.2.7", false);
  }

  @Test
  void aCertificateWithANameLetsIn() throws Exception {
    TestCa ca = TestCa.create("ca");
    PeerInfo ops = withCertificate(ca.request("x").uri("spiffe://local/ops").issue());
    assertThat(broker.offered(ops))
        .startsWith("EXTERNAL")
        .contains("PLAIN")
        .doesNotContain("ANONYMOUS");
    SaslStep step = Sasl.answer(broker.start("EXTERNAL", ops), "");
    assertThat(((SaslStep.Authenticated) step).principal())
        .isEqualTo(new Principal("cert:spiffe://local/ops", Set.of(Principal.ADMIN)));
    assertThat(Sasl.answer(broker.start("EXTERNAL", ops), "cert:spiffe://local/ops"))
        .isInstanceOf(SaslStep.Authenticated.class);
    assertThat(Sasl.answer(broker.start("EXTERNAL", ops), "cert:spiffe://local/other"))
        .isEqualTo(new SaslStep.Failed(false));
    assertThat(Sasl.answer(broker.start("ANONYMOUS", ops), ""))
        .isEqualTo(new SaslStep.Failed(false));
  }

  @Test
  void noCertificateOrOneWithoutANameDoesNot() throws Exception {
    PeerInfo nameless = withCertificate(TestCa.create("ca").request("only a common name").issue());
    for (PeerInfo peer : List.of(nameless, Sasl.TLS)) {
      assertThat(broker.offered(peer)).doesNotContain("EXTERNAL").contains("PLAIN");
      assertThat(Sasl.answer(broker.start("EXTERNAL", peer), ""))
          .isEqualTo(new SaslStep.Failed(false));
    }
  }
}
