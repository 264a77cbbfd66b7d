package dev.holdfast.broker.domain;

import dev.holdfast.acl.Principal;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** Tells what the domain does. Any thread; stages complete on the owner thread. */
public interface StatisticsPort {

  /**
   * All counts at one moment. Looks at every node, but at no message.
   *
   * @param principal who asks: nodes that this principal may not inspect are not named
   * @param most nodes that are named
   */
  CompletionStage<Statistics> statistics(Principal principal, int most);

  /** Commits alone: also a way to find out whether the domain answers. */
  CompletionStage<Statistics.Commits> commits();

  /** Nodes that are stuck; none of those that the principal may not inspect. */
  CompletionStage<List<Statistics.StuckNode>> stuck(Principal principal);
}
