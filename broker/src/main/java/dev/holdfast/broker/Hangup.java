package dev.holdfast.broker;

import dev.holdfast.broker.config.ConfigException;
import dev.holdfast.broker.config.LiveConfig;
import java.lang.reflect.Proxy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * SIGHUP: the configuration is read again. The JDK's one way to signals, {@code sun.misc.Signal} of
 * its module jdk.unsupported, must not be named in what is compiled without warnings, and so is
 * looked up; without it SIGHUP ends the broker like SIGTERM.
 */
final class Hangup {
  private static final Logger LOG = LoggerFactory.getLogger(Hangup.class);

  private Hangup() {}

  /** From now on SIGHUP reloads. */
  static void reloads(LiveConfig config) {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      Object own =
          Proxy.newProxyInstance(
              Hangup.class.getClassLoader(),
              new Class<?>[] {handler},
              (proxy, method, arguments) ->
                  switch (method.getName()) {
                    case "handle" -> {
                      reload(config);
                      yield null;
                    }
                    case "equals" -> proxy == arguments[0];
                    case "hashCode" -> System.identityHashCode(proxy);
                    default -> "SIGHUP";
                  });
      Object hangup = signal.getConstructor(String.class).newInstance("HUP");
      signal.getMethod("handle", signal, handler).invoke(null, hangup, own);
    } catch (ReflectiveOperationException | RuntimeException unusual) {
      LOG.warn("SIGHUP does not reload the configuration here: {}", unusual.toString());
    }
  }

  private static void reload(LiveConfig config) {
    try {
      LiveConfig.Reloaded reloaded = config.reload();
      LOG.info(
          "SIGHUP: the configuration was read again, {} keys changed, {} wait for a restart",
          reloaded.applied().size(),
          reloaded.waiting().size());
      reloaded.waiting().forEach(change -> LOG.warn("{} needs a restart", change.now().key()));
    } catch (ConfigException e) {
      LOG.error("SIGHUP: the configuration cannot be used, nothing has changed: {}", e.mistakes());
    } catch (RuntimeException e) {
      LOG.error("SIGHUP: the configuration cannot be read again", e);
    }
  }
}
