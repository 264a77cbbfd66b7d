package dev.holdfast.broker.identity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.acl.Principal;
import dev.holdfast.broker.tls.TestCa;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CertificatePrincipalsTest {

  private static final TestCa CA = TestCa.create("ca");
  private final CertificatePrincipals strict =
      new CertificatePrincipals(false, Set.of("spiffe://local/ops", "Ops Person"));
  private final CertificatePrincipals withCommonNames =
      new CertificatePrincipals(true, Set.of("spiffe://local/ops", "Ops Person"));

  private static Optional<Principal> of(CertificatePrincipals names, TestCa.Request request) {
    return names.principal(List.of(request.issue().certificate()));
  }

  private static Optional<Principal> named(String name, String... roles) {
    return Optional.of(new Principal(name, Set.of(roles)));
  }

  @Test
  void theOnlyUriComesFirst() {
    assertThat(of(strict, CA.request("cn").dns("host.example").uri("spiffe://local/svc-a")))
        .isEqualTo(named("cert:spiffe://local/svc-a"));
    assertThat(of(strict, CA.request("cn").uri("spiffe://local/ops")))
        .isEqualTo(named("cert:spiffe://local/ops", "admin"));
  }

  @Test
  void severalUrisAreNobodyWhateverElseIsThere() {
    assertThat(
            of(
                withCommonNames,
                CA.request("cn")
                    .uri("spiffe://local/ops")
                    .uri("spiffe://local/b")
                    .dns("c.example")))
        .isEmpty();
  }

  @Test
  void thenTheFirstHostName() {
    assertThat(of(strict, CA.request("cn").dns("a.example").dns("b.example")))
        .isEqualTo(named("cert:a.example"));
    assertThat(of(withCommonNames, CA.request("cn").dns("*.example"))).isEmpty();
  }

  @Test
  void theCommonNameOnlyWhereWantedAndNothingElseIsThere() {
    assertThat(of(strict, CA.request("Ops Person"))).isEmpty();
    assertThat(of(withCommonNames, CA.request("Ops Person")))
        .isEqualTo(named("cert:Ops Person", "admin"));
    assertThat(of(withCommonNames, CA.request("Ops Person").ip("192.0.2.1"))).isEmpty();
    assertThat(of(withCommonNames, CA.request("A,CN=Ops Person"))).isEmpty();
  }

  @Test
  void namesThatCouldBeMistakenAreNone() {
    assertThat(of(withCommonNames, CA.request("\\00admin"))).isEmpty();
    assertThat(of(withCommonNames, CA.request("a\u202Eb"))).isEmpty();
    assertThat(of(withCommonNames, CA.request("e\u0301"))).isEmpty();
    assertThat(of(withCommonNames, CA.request("x".repeat(252)))).isEmpty();
    assertThat(of(withCommonNames, CA.request("x".repeat(251)))).isPresent();
  }

  @Test
  void noCertificateIsNobody() {
    assertThat(withCommonNames.principal(List.of())).isEmpty();
  }
}
