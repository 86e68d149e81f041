package dev.weft.spring;

import static dev.weft.Async.coroutine;
import static dev.weft.Async.rethrowCancellation;
import static dev.weft.reactor.ReactorAsync.asMono;
import static dev.weft.reactor.ReactorAsync.await;

import java.lang.reflect.Method;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.core.KotlinDetector;
import org.springframework.core.MethodIntrospector;
import org.springframework.core.MethodParameter;
import org.springframework.core.ReactiveAdapterRegistry;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.core.io.buffer.DefaultDataBufferFactory;
import org.springframework.http.HttpEntity;
import org.springframework.http.codec.multipart.Part;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpRequestDecorator;
import org.springframework.util.MultiValueMap;
import org.springframework.web.bind.annotation.ModelAttribute;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.reactive.DispatchExceptionHandler;
import org.springframework.web.reactive.HandlerMapping;
import org.springframework.web.reactive.HandlerResult;
import org.springframework.web.reactive.result.method.annotation.RequestMappingHandlerAdapter;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.ServerWebExchangeDecorator;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Lets plain handler methods await: those whose return type is not reactive run in a coroutine, with the context of the
 * request, and are cancelled when the client leaves. So do the model attributes and exception handlers around them. The
 * coroutine is named by the method and the pattern of the path, such as {@code GET /items/{id}}.
 *
 * <p>The body of the request is read before such a method is called, unless the parameter for it is reactive; so are
 * forms and multipart data, if a parameter needs them. A body that is longer than the limit is refused as Spring refuses one that is longer than
 * that of its codecs: with status 413.
 *
 * <p>What else an argument is read from should be reactive, such as a part that is stored in a file, a session from a
 * store, or a resolver on another scheduler: if it arrives later, the method is called on the thread that brings it,
 * outside the coroutine and without its context.
 *
 * <p>An executor for methods that block is not used, since none of them would block a thread.
 *
 * @since 0.1
 */
public final class PlainHandlerAdapter extends RequestMappingHandlerAdapter {
    private final int maxBody;
    private final Map<Method, Kind> kinds = new ConcurrentHashMap<>();

    /** What a method needs. */
    private enum Kind {
        REACTIVE,
        PLAIN,
        PLAIN_WITH_BODY
    }

    /**
     * Makes an adapter.
     *
     * @param maxBody how many bytes the body for a plain method may have
     */
    public PlainHandlerAdapter(int maxBody) {
        if (maxBody < 0) throw new IllegalArgumentException("maxBody must not be negative: " + maxBody);
        this.maxBody = maxBody;
    }

    /** Does nothing: plain methods have threads of their own. */
    @Override
    public void setBlockingExecutor(@Nullable Executor executor) {}

    @Override
    public Mono<HandlerResult> handle(ServerWebExchange exchange, Object handler) {
        Objects.requireNonNull(exchange, "exchange");
        HandlerMethod method = (HandlerMethod) Objects.requireNonNull(handler, "handler");
        Kind kind = kinds.computeIfAbsent(method.getMethod(), any -> kind(method));
        Mono<HandlerResult> result = kind == Kind.REACTIVE
                ? super.handle(exchange, handler)
                : inCoroutine(exchange, () -> super.handle(readAhead(exchange, kind), handler));
        return result.doOnNext(PlainHandlerAdapter::letExceptionHandlersAwait);
    }

    @Override
    public Mono<HandlerResult> handleError(ServerWebExchange exchange, Throwable failure) {
        Objects.requireNonNull(exchange, "exchange");
        Objects.requireNonNull(failure, "failure");
        return inCoroutine(exchange, () -> super.handleError(exchange, failure));
    }

    /** For failures of what a handler has returned, and of writing it. */
    private static void letExceptionHandlersAwait(HandlerResult result) {
        DispatchExceptionHandler handler = result.getExceptionHandler();
        if (handler == null) return;
        result.setExceptionHandler(
                (exchange, failure) -> inCoroutine(exchange, () -> handler.handleError(exchange, failure)));
    }

    /** What is subscribed to here calls the methods of the application, on this thread. */
    private static Mono<HandlerResult> inCoroutine(ServerWebExchange exchange, Supplier<Mono<HandlerResult>> source) {
        return asMono(coroutine(() -> await(source.get(), Exception.class)).named(name(exchange)));
    }

    private static String name(ServerWebExchange exchange) {
        Object pattern = exchange.getAttribute(HandlerMapping.BEST_MATCHING_PATTERN_ATTRIBUTE);
        return exchange.getRequest().getMethod() + " " + (pattern == null ? "unmapped" : pattern);
    }

    private Kind kind(HandlerMethod handler) {
        if (isReactive(handler.getMethod()))
            return hasPlainAttributes(handler.getBeanType()) ? Kind.PLAIN : Kind.REACTIVE;
        for (MethodParameter parameter : handler.getMethodParameters())
            if (needsBody(parameter)) return Kind.PLAIN_WITH_BODY;
        return Kind.PLAIN;
    }

    /** They are called before each handler of the controller. */
    private boolean hasPlainAttributes(Class<?> controller) {
        return !MethodIntrospector.selectMethods(
                        controller,
                        (Method method) -> AnnotatedElementUtils.hasAnnotation(method, ModelAttribute.class)
                                && !isReactive(method))
                .isEmpty();
    }

    private boolean isReactive(Method method) {
        return isReactive(method.getReturnType()) || KotlinDetector.isSuspendingFunction(method);
    }

    private boolean needsBody(MethodParameter parameter) {
        if (HttpEntity.class.isAssignableFrom(parameter.getParameterType()))
            return !isReactive(parameter.nested().getNestedParameterType());
        return parameter.hasParameterAnnotation(RequestBody.class) && !isReactive(parameter.getParameterType());
    }

    private boolean isReactive(Class<?> type) {
        ReactiveAdapterRegistry registry =
                Objects.requireNonNull(getReactiveAdapterRegistry(), "set by afterPropertiesSet");
        return registry.getAdapter(type) != null;
    }

    /** Otherwise the method would be called on the thread that reads the last of it, an event loop. */
    private ServerWebExchange readAhead(ServerWebExchange exchange, Kind kind) {
        var forms = new AwaitedForms(exchange);
        return kind == Kind.PLAIN_WITH_BODY ? new ReadExchange(forms, body(exchange.getRequest())) : forms;
    }

    private Flux<DataBuffer> body(ServerHttpRequest request) {
        try {
            DataBuffer read =
                    await(DataBufferUtils.join(request.getBody(), maxBody).map(PlainHandlerAdapter::unpooled));
            return read == null ? Flux.empty() : Flux.just(read);
        } catch (RuntimeException failure) {
            rethrowCancellation(failure);
            return Flux.error(failure);
        }
    }

    /** Nothing leaks if nobody reads it, nor if the await is cancelled when it is there. */
    private static DataBuffer unpooled(DataBuffer read) {
        byte[] bytes = new byte[read.readableByteCount()];
        read.read(bytes);
        DataBufferUtils.release(read);
        return DefaultDataBufferFactory.sharedInstance.wrap(bytes);
    }

    /** Awaits a form or parts where a parameter asks for them: only there it is known that nobody reads the body itself. */
    private static final class AwaitedForms extends ServerWebExchangeDecorator {
        private final Thread coroutine = Thread.currentThread();

        AwaitedForms(ServerWebExchange exchange) {
            super(exchange);
        }

        @Override
        public Mono<MultiValueMap<String, String>> getFormData() {
            return awaited(super.getFormData());
        }

        @Override
        public Mono<MultiValueMap<String, Part>> getMultipartData() {
            return awaited(super.getMultipartData());
        }

        /** The parameters are resolved on the thread of the coroutine; what asks elsewhere must not wait here. */
        private <T> Mono<T> awaited(Mono<T> data) {
            return Mono.defer(() ->
                    Thread.currentThread() == coroutine ? Mono.fromCallable(() -> await(data, Exception.class)) : data);
        }
    }

    private static final class ReadExchange extends ServerWebExchangeDecorator {
        private final ServerHttpRequest request;

        ReadExchange(ServerWebExchange exchange, Flux<DataBuffer> body) {
            super(exchange);
            request = new ServerHttpRequestDecorator(exchange.getRequest()) {
                @Override
                public Flux<DataBuffer> getBody() {
                    return body;
                }
            };
        }

        @Override
        public ServerHttpRequest getRequest() {
            return request;
        }
    }
}
