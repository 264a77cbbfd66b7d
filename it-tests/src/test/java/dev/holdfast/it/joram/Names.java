package dev.holdfast.it.joram;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.naming.Context;
import javax.naming.InitialContext;
import javax.naming.NameNotFoundException;
import javax.naming.NamingException;

/** Objects by name, in memory, to look up as JNDI does. */
final class Names {
  private final Map<String, Object> objects = new ConcurrentHashMap<>();

  void bind(String name, Object object) {
    objects.put(name, object);
  }

  void unbind(String name) {
    objects.remove(name);
  }

  Context context() throws NamingException {
    return new InitialContext(true) {
      @Override
      public Object lookup(String name) throws NamingException {
        Object object = objects.get(name);
        if (object == null) {
          throw new NameNotFoundException(name);
        }
        return object;
      }
    };
  }
}
