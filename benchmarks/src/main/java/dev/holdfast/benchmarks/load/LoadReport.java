package dev.holdfast.benchmarks.load;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Locale;

/** Turns the counters of one finished run into its JSON. */
record LoadReport(
    LoadPlan plan,
    int run,
    RunState state,
    List<ProducerLink> producers,
    List<ConsumerLink> consumers,
    Ledger ledger) {

  ObjectNode toJson(LoadRun.Moment from, LoadRun.Moment to, long peakRssBytes) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    ObjectNode check = check();
    node.put("ok", check.get("ok").booleanValue());
    String failure = state.failure();
    if (failure != null) {
      node.put("failure", failure);
    }
    node.set("plan", planJson());
    long messages = to.messages() - from.messages();
    double seconds = (to.nanos() - from.nanos()) / 1e9;
    double rate = seconds <= 0 ? 0 : messages / seconds;
    node.put("measuredMessages", messages);
    node.put("seconds", Math.round(seconds * 1000) / 1000.0);
    node.put("messagesPerSecond", Math.round(rate));
    node.put("mebibytesPerSecond", Math.round(rate * plan.bodyBytes() / (1 << 20) * 10) / 10.0);
    if (!producers.isEmpty()) {
      node.set(
          "ackMicros", Latencies.toJson(producers.stream().map(ProducerLink::ackNanos).toList()));
    }
    if (!producers.isEmpty() && !consumers.isEmpty()) {
      node.set(
          "endToEndMicros",
          Latencies.toJson(consumers.stream().map(ConsumerLink::endToEndNanos).toList()));
    }
    if (plan.rate() > 0) {
      node.set(
          "sentLateMicros",
          Latencies.toJson(producers.stream().map(ProducerLink::lateNanos).toList()));
    }
    node.set("check", check);
    double own = (to.generatorCpuNanos() - from.generatorCpuNanos()) / 1e3;
    node.put(
        "generatorCpuMicrosPerMessage",
        messages == 0 ? 0 : Math.round(own / messages * 1000) / 1000.0);
    if (from.broker() != null && to.broker() != null) {
      node.set("broker", to.broker().since(from.broker(), messages, peakRssBytes));
    }
    return node;
  }

  private ObjectNode planJson() {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("mode", plan.mode().name().toLowerCase(Locale.ROOT));
    node.put("endpoint", plan.endpoint().toString());
    node.put("address", plan.target().address());
    node.put("bodyBytes", plan.bodyBytes());
    node.put("messages", plan.messages());
    node.put("warmup", plan.warmup());
    node.put("producers", producers.size());
    node.put("consumers", consumers.size());
    node.put("inFlight", plan.inFlight());
    node.put("credit", plan.credit());
    node.put("durable", plan.says().durable());
    node.put("rate", plan.rate());
    return node;
  }

  private ObjectNode check() {
    long accepted = 0;
    long answered = 0;
    long lost = 0;
    String refusal = "";
    for (int i = 0; i < producers.size(); i++) {
      ProducerLink producer = producers.get(i);
      accepted += producer.accepted().cardinality();
      answered += producer.answered();
      lost += consumers.isEmpty() ? 0 : ledger.lost(run, i, producer.accepted());
      refusal = refusal.isEmpty() ? producer.firstRefusal() : refusal;
    }
    long gaps = producers.isEmpty() ? ledger.gaps() : 0;
    // Several receivers that stop at a count leave holes where the others' unread messages are.
    boolean gapsCount = plan.consumers() == 1 || plan.messages() == 0;
    boolean ok =
        state.failure() == null
            && accepted == answered
            && lost == 0
            && ledger.duplicates() == 0
            && ledger.outOfOrder() == 0
            && ledger.foreign() == 0
            && (gaps == 0 || !gapsCount);
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("ok", ok);
    node.put("accepted", accepted);
    node.put("refused", answered - accepted);
    if (!refusal.isEmpty()) {
      node.put("firstRefusal", refusal);
    }
    node.put("received", ledger.unique());
    node.put("lost", lost);
    node.put("gaps", gaps);
    node.put("duplicates", ledger.duplicates());
    node.put("outOfOrder", ledger.outOfOrder());
    node.put("foreign", ledger.foreign());
    return node;
  }
}
