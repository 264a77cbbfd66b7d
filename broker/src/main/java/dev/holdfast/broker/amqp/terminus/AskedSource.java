package dev.holdfast.broker.amqp.terminus;

import dev.holdfast.broker.amqp.filter.FilterSet;
import dev.holdfast.broker.domain.SourceRequest;

/**
 * What a source asks for.
 *
 * @param request for the domain
 * @param filters as the peer named them, for the reply
 */
public record AskedSource(SourceRequest request, FilterSet filters) {}
