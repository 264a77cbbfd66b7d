package dev.holdfast.broker.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OriginCheckTest {

  @ParameterizedTest(name = "plain: {0} at {1}: {2}")
  @CsvSource({
    "http://evil.example, 127.0.0.1:5673, false",
    // DNS rebinding: the page's own name points here now.
    "http://evil.example:5673, evil.example:5673, false",
    "http://127.0.0.1:8080, 127.0.0.1:5673, false",
    "https://127.0.0.1:5673, 127.0.0.1:5673, false",
    "http://127.0.0.1:5673, 127.0.0.1:5673, true",
    "http://localhost:5673, localhost:5673, true",
    "http://LocalHost:5673, localhost:5673, true",
    "http://localhost.evil.example:5673, localhost.evil.example:5673, false",
    "http://[::1]:5673, [::1]:5673, true",
    "http://[evil]:5673, [evil]:5673, false",
    "http://127.0.0.1, 127.0.0.1, true",
    "null, null, false",
    "'', '', false",
    "https://shop.example, 127.0.0.1:5673, true",
    "HTTPS://Shop.Example, 127.0.0.1:5673, true",
    "http://shop.example, 127.0.0.1:5673, false",
  })
  void withoutTls(String origin, String host, boolean accepted) {
    OriginCheck check = new OriginCheck(Set.of("https://shop.example"), false, false);
    assertThat(check.accepts(origin, host)).isEqualTo(accepted);
  }

  @ParameterizedTest(name = "TLS: {0} at {1}: {2}, with a client certificate {3}")
  @CsvSource({
    "https://evil.example, broker.example:5674, false, false",
    // The browser has checked that the certificate is for this name.
    "https://broker.example:5674, broker.example:5674, true, true",
    // What Netty's client sends; a page like that could only come from somebody on the way.
    "http://broker.example:5674, broker.example:5674, true, false",
    "http://broker.example, broker.example:5674, false, false",
  })
  void withTls(String origin, String host, boolean accepted, boolean withCertificate) {
    assertThat(new OriginCheck(Set.of(), true, false).accepts(origin, host)).isEqualTo(accepted);
    assertThat(new OriginCheck(Set.of(), true, true).accepts(origin, host))
        .isEqualTo(withCertificate);
  }
}
