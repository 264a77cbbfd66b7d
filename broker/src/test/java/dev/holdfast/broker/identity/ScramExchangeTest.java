package dev.holdfast.broker.identity;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ScramExchangeTest {

  // The example of RFC 7677 §3.
  private static final String CLIENT_NONCE = "rOprNGfwEbeRWgbNEkqO";
  private static final String SERVER_NONCE = "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
  private static final byte[] SALT = Base64.getDecoder().decode("W22ZaJ0SNY7soEsUEjb6gQ==");
  private static final String SERVER_FIRST =
      "r=" + CLIENT_NONCE + SERVER_NONCE + ",s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";
  private static final String PROOF = "dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=";
  private static final String FINAL = "c=biws,r=" + CLIENT_NONCE + SERVER_NONCE;

  private static ScramExchange exchange() {
    byte[] password = "pencil".getBytes(UTF_8);
    List<ScramVerifier> verifiers =
        Arrays.stream(ScramHash.values())
            .map(h -> ScramVerifier.of(h, password, SALT, 4096))
            .toList();
    User user =
        new User("user", true, Set.of(), new Credential.Scram(verifiers), Instant.EPOCH, null);
    return new ScramExchange(
        ScramHash.SHA_256,
        new Guard(new Backoff(), Sasl.LOOPBACK),
        (hash, name) ->
            name.equals("user")
                ? new ScramExchange.Candidate(
                    user, ((Credential.Scram) user.credential()).verifier(hash))
                : new ScramExchange.Candidate(
                    null, ScramVerifier.imitation(hash, new byte[32], name)),
        SERVER_NONCE);
  }

  @Test
  void exampleOfTheStandard() throws Exception {
    ScramExchange exchange = exchange();
    SaslStep first = Sasl.answer(exchange, "n,,n=user,r=" + CLIENT_NONCE);
    assertThat(Sasl.challenge(first)).isEqualTo(SERVER_FIRST);
    SaslStep last = Sasl.answer(exchange, FINAL + ",p=" + PROOF);
    assertThat(last).isInstanceOf(SaslStep.Authenticated.class);
    SaslStep.Authenticated done = (SaslStep.Authenticated) last;
    assertThat(done.principal().name()).isEqualTo("user:user");
    assertThat(new String(done.additionalData(), UTF_8))
        .isEqualTo("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=");
  }

  @Test
  void emptyResponseIsAskedForWhenTheClientSentNone() throws Exception {
    ScramExchange exchange = exchange();
    assertThat(Sasl.challenge(Sasl.answer(exchange, null))).isEmpty();
    assertThat(Sasl.answer(exchange, "n,,n=user,r=" + CLIENT_NONCE))
        .isInstanceOf(SaslStep.Challenge.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "n,,n=user",
        "n,,n=,r=abc",
        "n,,n=user,r=",
        "n,,n=us=er,r=abc",
        "n,,n=us=2cer,r=abc",
        "n,,m=ext,n=user,r=abc",
        "p=tls-unique,,n=user,r=abc",
        "n,a=other,n=user,r=abc",
        "n,user,n=user,r=abc",
        "x,,n=user,r=abc",
        "n,,n=user,r=a\u0007bc",
        "n=user,r=abc"
      })
  void malformedFirstMessageFails(String message) throws Exception {
    assertThat(Sasl.answer(exchange(), message)).isEqualTo(new SaslStep.Failed(false));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "c=biws|other nonce|" + PROOF,
        "c=eSws|same nonce|" + PROOF, // another gs2 header than the one sent: a stripped flag
        "c=biws|same nonce|AAAAZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
        "c=biws|same nonce|not base64!",
        "c=biws|same nonce|AAAA",
        "c=biws|same nonce|''",
      })
  void wrongLastMessageFails(String binding, String nonce, String proof) throws Exception {
    ScramExchange exchange = exchange();
    Sasl.answer(exchange, "n,,n=user,r=" + CLIENT_NONCE);
    String joined = nonce.startsWith("same") ? CLIENT_NONCE + SERVER_NONCE : CLIENT_NONCE + "x";
    SaslStep step = Sasl.answer(exchange, binding + ",r=" + joined + ",p=" + proof);
    assertThat(step).isEqualTo(new SaslStep.Failed(false));
    assertThat(Sasl.answer(exchange, FINAL + ",p=" + PROOF))
        .as("no second try in one exchange")
        .isEqualTo(new SaslStep.Failed(false));
  }

  @Test
  void proofOfAnotherUserDoesNotFitAnUnknownName() throws Exception {
    ScramExchange exchange = exchange();
    SaslStep first = Sasl.answer(exchange, "n,,n=nobody,r=" + CLIENT_NONCE);
    assertThat(Sasl.challenge(first))
        .matches("r=\\Q" + CLIENT_NONCE + SERVER_NONCE + "\\E,s=[A-Za-z0-9+/]{22}==,i=4096");
    assertThat(Sasl.answer(exchange, FINAL + ",p=" + PROOF)).isEqualTo(new SaslStep.Failed(false));
  }
}
