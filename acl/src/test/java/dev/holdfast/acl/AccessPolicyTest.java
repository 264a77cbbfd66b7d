package dev.holdfast.acl;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class AccessPolicyTest {
  private final AccessPolicy policy = AccessPolicy.adminOnly();

  @Test
  void theAdminMayDoEverything() {
    Principal admin = new Principal("uid:1000", Set.of(Principal.ADMIN));
    for (Permission permission : Permission.values()) {
      assertThat(policy.decide(admin, permission, Resource.queue("orders")).allowed()).isTrue();
      assertThat(policy.decide(admin, permission, Resource.deadLetters("orders")).allowed())
          .isTrue();
      assertThat(policy.decide(admin, permission, Resource.THE_BROKER).allowed()).isTrue();
    }
  }

  @Test
  void nobodyElseMayDoAnything() {
    for (Principal stranger :
        Set.of(
            new Principal("user:eve", Set.of()),
            new Principal("admin", Set.of()),
            new Principal("user:ops", Set.of("operator", "ADMIN")))) {
      for (Permission permission : Permission.values()) {
        Decision decision = policy.decide(stranger, permission, Resource.queue("orders"));
        assertThat(decision.allowed()).isFalse();
        assertThat(decision.why()).contains(stranger.name());
      }
    }
  }

  @Test
  void rolesGivenLaterDoNotCount() {
    Set<String> roles = new HashSet<>();
    Principal principal = new Principal("user:eve", roles);
    roles.add(Principal.ADMIN);
    assertThat(policy.decide(principal, Permission.SEND, Resource.queue("orders")).allowed())
        .isFalse();
  }

  @Test
  void deadLettersAreAResourceOfTheirOwn() {
    assertThat(Resource.deadLetters("orders")).isNotEqualTo(Resource.queue("orders"));
  }
}
