package dev.holdfast.broker.domain.owner;

import dev.holdfast.storage.MessageStore;
import dev.holdfast.storage.StoreException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.concurrent.atomic.AtomicBoolean;

/** A store whose commits and syncs all fail once it is broken. */
final class BrokenStore {
  private BrokenStore() {}

  static MessageStore over(MessageStore store, AtomicBoolean broken) {
    return (MessageStore)
        Proxy.newProxyInstance(
            BrokenStore.class.getClassLoader(),
            new Class<?>[] {MessageStore.class},
            (proxy, method, arguments) -> {
              boolean writes = method.getName().equals("commit") || method.getName().equals("sync");
              if (writes && broken.get()) {
                throw new StoreException(StoreException.Reason.IO, "broken (by test)");
              }
              try {
                return method.invoke(store, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }
}
