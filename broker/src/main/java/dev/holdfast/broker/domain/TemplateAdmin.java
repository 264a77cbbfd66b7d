package dev.holdfast.broker.domain;

import dev.holdfast.acl.Principal;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.UnaryOperator;

/**
 * What management does with templates of queues. Any thread; stages complete on the owner thread
 * after the commit they depend on, exceptionally with {@link NodeException} when refused. Who looks
 * needs {@code inspect} on the broker, who changes {@code manage}.
 */
public interface TemplateAdmin {

  /** All of them, by prefix. */
  CompletionStage<List<QueueTemplate>> templates(Principal principal);

  /**
   * Makes a template, or replaces the one with this prefix.
   *
   * @param settings from the defaults to what queues shall be like; called on the owner thread
   */
  CompletionStage<QueueTemplate> putTemplate(
      Principal principal,
      String prefix,
      boolean createOnAttach,
      UnaryOperator<QueueDefinition> settings);

  /** Deletes the template with this prefix; queues made by it stay. */
  CompletionStage<Void> deleteTemplate(Principal principal, String prefix);
}
