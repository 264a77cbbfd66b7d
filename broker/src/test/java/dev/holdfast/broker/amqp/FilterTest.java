package dev.holdfast.broker.amqp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.broker.domain.OwnerCommand;
import dev.holdfast.broker.domain.SourceRequest;
import dev.holdfast.broker.domain.StartFrom;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.qpid.proton.amqp.DescribedType;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnknownDescribedType;
import org.apache.qpid.proton.amqp.UnsignedLong;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.apache.qpid.proton.amqp.messaging.TerminusDurability;
import org.apache.qpid.proton.amqp.messaging.TerminusExpiryPolicy;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.apache.qpid.proton.amqp.transport.Detach;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Filters on the wire, as clients put them into their sources. */
class FilterTest {

  static EdgeFixture edge;

  @BeforeAll
  static void start() throws Exception {
    edge = new EdgeFixture(AmqpLimits.defaults());
  }

  @AfterAll
  static void stop() throws Exception {
    edge.close();
  }

  private final String topic = "topic-" + UUID.randomUUID();

  @BeforeEach
  void forget() {
    edge.domain.seen.clear();
  }

  private static UnknownDescribedType described(Object descriptor, Object value) {
    return new UnknownDescribedType(descriptor, value);
  }

  private Attach attach(String key, UnknownDescribedType filter) {
    Attach attach = RawPeer.attachFrame("sub", 0, false, topic);
    ((Source) attach.getSource()).setFilter(Map.of(Symbol.getSymbol(key), filter));
    return attach;
  }

  private static SourceRequest.Selection wanted() {
    return edge.domain.seen(OwnerCommand.OpenConsumer.class).get(0).source().selection();
  }

  @Test
  void aSelectorReachesTheDomainAndComesBackInTheReply() throws Exception {
    Attach asked =
        attach("jms-selector", described(UnsignedLong.valueOf(0x468C00000004L), "a = 1"));
    try (RawPeer peer = edge.peer()) {
      Attach reply = peer.begin().send(0, asked).expect(Attach.class);
      assertThat(wanted().filter()).isNotNull();
      Map<?, ?> applied = ((Source) reply.getSource()).getFilter();
      assertThat(applied).hasSize(1);
      DescribedType selector = (DescribedType) applied.get(Symbol.getSymbol("jms-selector"));
      assertThat(selector.getDescribed()).isEqualTo("a = 1");
      assertThat(selector.getDescriptor()).isEqualTo(UnsignedLong.valueOf(0x468C00000004L));
    }
  }

  @Test
  void aBadSelectorIsRefusedWithItsPlace() throws Exception {
    Attach asked =
        attach("s", described(Symbol.getSymbol("apache.org:selector-filter:string"), "a = = 1"));
    try (RawPeer peer = edge.peer()) {
      assertThat(peer.begin().send(0, asked).expect(Attach.class).getSource()).isNull();
      Detach detach = peer.expect(Detach.class);
      assertThat(detach.getError().getCondition().toString()).isEqualTo("amqp:invalid-field");
      assertThat(detach.getError().getDescription()).contains("at character 5");
      assertThat(edge.domain.seen(OwnerCommand.OpenConsumer.class)).isEmpty();
    }
  }

  @Test
  void noLocalAndStartPlacesAreNoMessageFilters() throws Exception {
    Attach asked = attach("no-local", described(UnsignedLong.valueOf(0x468C00000003L), List.of()));
    Source source = (Source) asked.getSource();
    source.setFilter(
        Map.of(
            Symbol.getSymbol("no-local"),
            described(UnsignedLong.valueOf(0x468C00000003L), List.of()),
            Symbol.getSymbol("from"),
            described(Symbol.getSymbol("holdfast:start-from"), "earliest")));
    try (RawPeer peer = edge.peer()) {
      Attach reply = peer.begin().send(0, asked).expect(Attach.class);
      assertThat(wanted().filter()).isNull();
      assertThat(wanted().noLocal()).isTrue();
      assertThat(wanted().start()).isEqualTo(StartFrom.EARLIEST);
      Map<?, ?> applied = ((Source) reply.getSource()).getFilter();
      assertThat(applied.keySet().stream().map(Object::toString))
          .containsExactlyInAnyOrder("no-local", "from");
    }
  }

  @Test
  void aLookupShowsTheStoredFilter() throws Exception {
    Attach asked = attach("mine", described(UnsignedLong.valueOf(0x468C00000004L), "a=1  and b=2"));
    Source source = (Source) asked.getSource();
    source.setDurable(TerminusDurability.UNSETTLED_STATE);
    source.setExpiryPolicy(TerminusExpiryPolicy.NEVER);
    Attach lookup = RawPeer.attachFrame("sub", 0, false, null);
    lookup.setSource(null);
    Detach detach = new Detach();
    detach.setHandle(asked.getHandle());
    try (RawPeer peer = edge.peer()) {
      peer.begin().send(0, asked).expect(Attach.class);
      peer.send(0, detach).expect(Detach.class);
      Source found = (Source) peer.send(0, lookup).expect(Attach.class).getSource();
      DescribedType selector =
          (DescribedType) found.getFilter().get(Symbol.getSymbol("jms-selector"));
      assertThat(selector.getDescribed()).isEqualTo("a = 1 AND b = 2");
    }
  }
}
