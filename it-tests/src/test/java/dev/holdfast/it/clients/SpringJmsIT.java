package dev.holdfast.it.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.it.harness.SharedBroker;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.Message;
import jakarta.jms.MessageListener;
import jakarta.jms.TextMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.jms.connection.CachingConnectionFactory;
import org.springframework.jms.core.JmsTemplate;
import org.springframework.jms.listener.DefaultMessageListenerContainer;

/** Spring's listener containers and template over Qpid JMS, as Spring applications use them. */
class SpringJmsIT {
  private static final int MESSAGES = 30;

  private final CachingConnectionFactory cached = new CachingConnectionFactory(Jms.factory(""));
  private final JmsTemplate template = new JmsTemplate(cached);
  private final List<DefaultMessageListenerContainer> containers = new ArrayList<>();

  @AfterEach
  void stop() {
    containers.forEach(DefaultMessageListenerContainer::shutdown);
    cached.destroy();
  }

  private DefaultMessageListenerContainer container(
      ConnectionFactory factory, String destination, MessageListener listener) {
    DefaultMessageListenerContainer container = new DefaultMessageListenerContainer();
    container.setConnectionFactory(factory);
    container.setDestinationName(destination);
    container.setMessageListener(listener);
    container.setReceiveTimeout(200);
    container.setErrorHandler(failure -> {});
    containers.add(container);
    return container;
  }

  private static void start(DefaultMessageListenerContainer container) {
    container.afterPropertiesSet();
    container.start();
  }

  @Test
  void aListenerThatFailsGetsTheMessageAgain() {
    String queue = Jms.unique("spring.queue");
    SharedBroker.broker().api().createQueue(queue);
    Map<String, AtomicInteger> seen = new ConcurrentHashMap<>();
    AtomicInteger redelivered = new AtomicInteger();
    DefaultMessageListenerContainer container =
        container(
            Jms.factory(""),
            queue,
            message -> {
              String text = text(message);
              if (seen.computeIfAbsent(text, unknown -> new AtomicInteger()).incrementAndGet()
                  == 1) {
                throw new IllegalStateException("the first time fails");
              }
              redelivered.addAndGet(isRedelivered(message) ? 1 : 0);
            });
    container.setSessionTransacted(true);
    container.setConcurrency("3-3");
    start(container);
    for (int i = 0; i < MESSAGES; i++) {
      template.convertAndSend(queue, "message " + i);
    }
    await().until(() -> redelivered.get() == MESSAGES);
    assertThat(seen).hasSize(MESSAGES);
    assertThat(seen.values()).allSatisfy(times -> assertThat(times.get()).isEqualTo(2));
    await().until(() -> SharedBroker.broker().cli().messages(queue) == 0);
  }

  @Test
  void listenersShareADurableSubscription() {
    String topic = Jms.unique("spring.topic");
    SharedBroker.broker().api().createTopic(topic);
    Set<String> got = ConcurrentHashMap.newKeySet();
    AtomicInteger count = new AtomicInteger();
    for (int i = 0; i < 2; i++) {
      DefaultMessageListenerContainer container =
          container(
              Jms.factory(""),
              topic,
              message -> {
                got.add(text(message));
                count.incrementAndGet();
              });
      container.setPubSubDomain(true);
      container.setSubscriptionShared(true);
      container.setSubscriptionDurable(true);
      container.setSubscriptionName("audit");
      start(container);
    }
    await()
        .until(
            () ->
                SharedBroker.broker().cli().ok("sub", "list", topic).contains("audit")
                    && containers.stream().allMatch(c -> c.getActiveConsumerCount() > 0));
    template.setPubSubDomain(true);
    for (int i = 0; i < MESSAGES; i++) {
      template.convertAndSend(topic, "event " + i);
    }
    await().until(() -> got.size() == MESSAGES);
    assertThat(count).hasValue(MESSAGES);
  }

  @Test
  void aRequestIsAnswered() {
    String queue = Jms.unique("spring.requests");
    SharedBroker.broker().api().createQueue(queue);
    JmsTemplate answers = new JmsTemplate(cached);
    DefaultMessageListenerContainer container =
        container(
            Jms.factory(""),
            queue,
            request -> {
              try {
                String text = text(request);
                answers.send(
                    request.getJMSReplyTo(), session -> session.createTextMessage("re: " + text));
              } catch (jakarta.jms.JMSException e) {
                throw new IllegalStateException(e);
              }
            });
    start(container);
    template.setReceiveTimeout(Jms.WAIT);
    Message reply =
        template.sendAndReceive(queue, session -> session.createTextMessage("what time is it"));
    assertThat(reply).isNotNull();
    assertThat(text(reply)).isEqualTo("re: what time is it");
  }

  private static String text(Message message) {
    try {
      return ((TextMessage) message).getText();
    } catch (jakarta.jms.JMSException e) {
      throw new IllegalStateException(e);
    }
  }

  private static boolean isRedelivered(Message message) {
    try {
      return message.getJMSRedelivered();
    } catch (jakarta.jms.JMSException e) {
      throw new IllegalStateException(e);
    }
  }
}
