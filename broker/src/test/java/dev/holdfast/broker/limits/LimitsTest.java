package dev.holdfast.broker.limits;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.acl.Principal;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class LimitsTest {
  private final AtomicLong nanos = new AtomicLong(-5);

  private void pass(long millis) {
    nanos.addAndGet(millis * 1_000_000);
  }

  @Test
  void aBucketGivesWhatASecondAllowsAndGathersNoMore() {
    RateBucket bucket = new RateBucket(100, nanos::get);
    assertThat(bucket.take(70)).isEqualTo(70);
    assertThat(bucket.take(70)).isEqualTo(30);
    assertThat(bucket.take(1)).isZero();
    pass(250);
    assertThat(bucket.take(70)).isEqualTo(25);
    pass(3_600_000);
    assertThat(bucket.available()).isEqualTo(100);
    assertThat(bucket.take(1_000)).isEqualTo(100);
    bucket.giveBack(7);
    assertThat(bucket.take(1_000)).isEqualTo(7);
  }

  @Test
  void whatWasTooMuchHasToBeWaitedFor() {
    RateBucket bucket = new RateBucket(100, nanos::get);
    bucket.charge(350);
    assertThat(bucket.available()).isEqualTo(-250);
    pass(2_000);
    assertThat(bucket.take(1)).isZero();
    pass(1_000);
    assertThat(bucket.take(90)).isEqualTo(50);
  }

  @Test
  void noLimitIsNone() {
    RateBucket bucket = new RateBucket(0, nanos::get);
    bucket.charge(Long.MAX_VALUE / 2);
    assertThat(bucket.take(1_000_000)).isEqualTo(1_000_000);
    assertThat(bucket.available()).isEqualTo(Long.MAX_VALUE);
  }

  private static LimitTable.Rule connections(String who, int most) {
    return new LimitTable.Rule(
        who,
        List.of(
            to ->
                new PrincipalLimits(
                    most,
                    to.links(),
                    to.unsettled(),
                    to.bytesInFlight(),
                    to.sending(),
                    to.receiving(),
                    to.messageBytes(),
                    to.temporaryNodes())));
  }

  @Test
  void aPrincipalsOwnEntryCountsMoreThanItsRolesAndLaterMoreThanEarlier() {
    LimitTable table =
        new LimitTable(
            PrincipalLimits.defaults(),
            List.of(
                connections("user:a", 1),
                connections("role:ops", 5),
                connections("role:ops", 6),
                connections("role:other", 9)));
    assertThat(table.of(new Principal("user:a", Set.of("ops"))).connections()).isEqualTo(1);
    assertThat(table.of(new Principal("user:b", Set.of("ops"))).connections()).isEqualTo(6);
    assertThat(table.of(new Principal("user:ab", Set.of())).connections()).isEqualTo(256);
    assertThat(table.of(new Principal("role:ops", Set.of())).links()).isEqualTo(16_384);
  }
}
