package dev.holdfast.broker.amqp.filter;

import org.apache.qpid.proton.amqp.DescribedType;
import org.apache.qpid.proton.amqp.Symbol;

/** A described value to be sent or stored. */
record Described(Symbol descriptor, Object described) implements DescribedType {

  @Override
  public Object getDescriptor() {
    return descriptor;
  }

  @Override
  public Object getDescribed() {
    return described;
  }
}
