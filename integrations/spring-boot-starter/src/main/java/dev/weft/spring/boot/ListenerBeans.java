package dev.weft.spring.boot;

import dev.weft.CoroutineListener;
import dev.weft.Hooks;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.SmartInitializingSingleton;

/**
 * Registers the beans that listen to coroutines, when all beans are there, and deregisters them when they are destroyed.
 * Only those of its own context: those of a parent are registered there.
 */
final class ListenerBeans implements SmartInitializingSingleton, DisposableBean {
    private final ListableBeanFactory beans;
    private final List<Hooks.Handle> registered = new CopyOnWriteArrayList<>();

    ListenerBeans(ListableBeanFactory beans) {
        this.beans = beans;
    }

    @Override
    public void afterSingletonsInstantiated() {
        beans.getBeansOfType(CoroutineListener.class)
                .values()
                .forEach(listener -> registered.add(Hooks.addListener(listener)));
    }

    @Override
    public void destroy() {
        registered.forEach(Hooks.Handle::close);
    }
}
