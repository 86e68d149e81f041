package dev.weft.spring;

import static dev.weft.reactor.ReactorAsync.mono;

import java.lang.reflect.AccessibleObject;
import java.lang.reflect.Method;
import java.util.Objects;
import java.util.function.Supplier;
import org.aopalliance.aop.Advice;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.springframework.aop.Pointcut;
import org.springframework.aop.ProxyMethodInvocation;
import org.springframework.context.ApplicationContext;
import org.springframework.core.ReactiveAdapter;
import org.springframework.core.ReactiveAdapterRegistry;
import org.springframework.security.access.expression.method.DefaultMethodSecurityExpressionHandler;
import org.springframework.security.access.expression.method.MethodSecurityExpressionHandler;
import org.springframework.security.authorization.AuthorizationResult;
import org.springframework.security.authorization.ReactiveAuthorizationManager;
import org.springframework.security.authorization.method.AuthorizationAdvisor;
import org.springframework.security.authorization.method.AuthorizationManagerAfterReactiveMethodInterceptor;
import org.springframework.security.authorization.method.AuthorizationManagerBeforeReactiveMethodInterceptor;
import org.springframework.security.authorization.method.MethodAuthorizationDeniedHandler;
import org.springframework.security.authorization.method.MethodInvocationResult;
import org.springframework.security.authorization.method.PostAuthorizeReactiveAuthorizationManager;
import org.springframework.security.authorization.method.PreAuthorizeReactiveAuthorizationManager;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.annotation.AnnotationTemplateExpressionDefaults;
import org.springframework.util.function.SingletonSupplier;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * An interceptor of Spring Security's, and the same for methods that return a type of Weft or are plain, which Security
 * refuses since they return no {@code Publisher}. It is shown an invocation of a method that does.
 */
abstract class AwaitingAuthorization implements AuthorizationAdvisor {
    private final AuthorizationAdvisor springs;

    /** Made when first needed: an advisor comes before the beans that it needs. */
    private final Supplier<MethodInterceptor> ours;

    AwaitingAuthorization(AuthorizationAdvisor springs, Supplier<MethodInterceptor> ours) {
        this.springs = springs;
        this.ours = SingletonSupplier.of(ours);
    }

    @Override
    public @Nullable Object invoke(MethodInvocation call) throws Throwable {
        Class<?> type = call.getMethod().getReturnType();
        ReactiveAdapter adapter = ReactiveAdapterRegistry.getSharedInstance().getAdapter(type);
        if (adapter != null && ReactiveTypes.isWeft(adapter.getReactiveType()))
            return adapter.fromPublisher(
                    adapter.isMultiValue()
                            ? (Flux<?>) shown(call, Shown.FLUX, again(call, adapter))
                            : one(call, again(call, adapter).singleOrEmpty()));
        if (!ReactiveTypes.isPlain(call.getMethod())) return springs.invoke(call);
        var around = new AroundBody();
        return around.await(one(
                call,
                mono(() -> around.<@Nullable Object>run(
                        () -> ReactiveTypes.plain(call.proceed(), call.getMethod(), "the check")))));
    }

    /** Security does not check an empty Mono: it is shown one that always has a value. */
    private Mono<?> one(MethodInvocation call, Mono<?> result) throws Throwable {
        Mono<?> full = result.map(Result::new).defaultIfEmpty(new Result(null));
        return ((Mono<?>) shown(call, Shown.MONO, full)).mapNotNull(Result::unwrap);
    }

    /** Begins with the next interceptor for each subscriber: an invocation goes on where it was. */
    private static Flux<?> again(MethodInvocation call, ReactiveAdapter adapter) {
        return Flux.defer(() -> {
            try {
                return adapter.toPublisher(
                        ((ProxyMethodInvocation) call).invocableClone().proceed());
            } catch (Throwable failure) {
                return Flux.error(failure);
            }
        });
    }

    private Object shown(MethodInvocation call, Method method, Publisher<?> proceeding) throws Throwable {
        return Objects.requireNonNull(ours.get().invoke(new Shown(call, method, proceeding)), "a Publisher");
    }

    @Override
    public Pointcut getPointcut() {
        return springs.getPointcut();
    }

    @Override
    public Advice getAdvice() {
        return this;
    }

    @Override
    public int getOrder() {
        return springs.getOrder();
    }

    private static MethodSecurityExpressionHandler expressions(ApplicationContext context) {
        MethodSecurityExpressionHandler own =
                context.getBeanProvider(MethodSecurityExpressionHandler.class).getIfUnique();
        return own == null ? new DefaultMethodSecurityExpressionHandler() : own;
    }

    /** {@code @PreAuthorize}. */
    static final class Before extends AwaitingAuthorization {
        Before(AuthorizationAdvisor springs, ApplicationContext context) {
            super(
                    springs,
                    () -> new AuthorizationManagerBeforeReactiveMethodInterceptor(
                            springs.getPointcut(), new Unwrapping<>(manager(context)) {
                                @Override
                                public Mono<AuthorizationResult> authorize(
                                        Mono<Authentication> who, MethodInvocation call) {
                                    return manager.authorize(who, Shown.real(call));
                                }
                            }));
        }

        private static PreAuthorizeReactiveAuthorizationManager manager(ApplicationContext context) {
            var manager = new PreAuthorizeReactiveAuthorizationManager(expressions(context));
            manager.setApplicationContext(context);
            context.getBeanProvider(AnnotationTemplateExpressionDefaults.class)
                    .ifAvailable(manager::setTemplateDefaults);
            return manager;
        }
    }

    /** {@code @PostAuthorize}. */
    static final class After extends AwaitingAuthorization {
        After(AuthorizationAdvisor springs, ApplicationContext context) {
            super(
                    springs,
                    () -> new AuthorizationManagerAfterReactiveMethodInterceptor(
                            springs.getPointcut(), new Unwrapping<>(manager(context)) {
                                @Override
                                public Mono<AuthorizationResult> authorize(
                                        Mono<Authentication> who, MethodInvocationResult result) {
                                    return manager.authorize(who, Shown.real(result));
                                }
                            }));
        }

        private static PostAuthorizeReactiveAuthorizationManager manager(ApplicationContext context) {
            var manager = new PostAuthorizeReactiveAuthorizationManager(expressions(context));
            manager.setApplicationContext(context);
            context.getBeanProvider(AnnotationTemplateExpressionDefaults.class)
                    .ifAvailable(manager::setTemplateDefaults);
            return manager;
        }
    }

    /** A manager that decides by the real invocation, whose method has the annotations. */
    private abstract static class Unwrapping<
                    C, M extends ReactiveAuthorizationManager<C> & MethodAuthorizationDeniedHandler>
            implements ReactiveAuthorizationManager<C>, MethodAuthorizationDeniedHandler {
        final M manager;

        Unwrapping(M manager) {
            this.manager = manager;
        }

        @Override
        public @Nullable Object handleDeniedInvocation(MethodInvocation call, AuthorizationResult result) {
            return manager.handleDeniedInvocation(Shown.real(call), result);
        }

        @Override
        public @Nullable Object handleDeniedInvocationResult(MethodInvocationResult call, AuthorizationResult result) {
            return manager.handleDeniedInvocationResult(Shown.real(call), result);
        }
    }

    /** What a method has returned, perhaps null. */
    private record Result(@Nullable Object value) {
        /** {@return the value; a handler of denied calls returns one that is in no result} */
        static @Nullable Object unwrap(@Nullable Object value) {
            return value instanceof Result result ? result.value : value;
        }
    }

    /** An invocation as if of a method that returns a publisher. */
    private record Shown(MethodInvocation real, Method method, Publisher<?> proceeding) implements MethodInvocation {
        static final Method MONO = method("mono");
        static final Method FLUX = method("flux");

        /** Has the two return types. */
        private interface Shapes {
            Mono<?> mono();

            Flux<?> flux();
        }

        private static Method method(String name) {
            try {
                return Shapes.class.getDeclaredMethod(name);
            } catch (NoSuchMethodException impossible) {
                throw new AssertionError(impossible);
            }
        }

        static MethodInvocation real(MethodInvocation call) {
            return call instanceof Shown shown ? shown.real : call;
        }

        static MethodInvocationResult real(MethodInvocationResult result) {
            return new MethodInvocationResult(real(result.getMethodInvocation()), Result.unwrap(result.getResult()));
        }

        @Override
        public Method getMethod() {
            return method;
        }

        @Override
        public @Nullable Object[] getArguments() {
            return real.getArguments();
        }

        @Override
        public Object proceed() {
            return proceeding;
        }

        @Override
        public @Nullable Object getThis() {
            return real.getThis();
        }

        @Override
        public AccessibleObject getStaticPart() {
            return method;
        }
    }
}
