package dev.weft;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.function.Consumer;

/** The callbacks of the libraries that people use, with their signatures and nothing else. */
final class CallbackShapes {
    private CallbackShapes() {}

    // --- Kafka

    record ProducerRecord<K, V>(String topic, K key, V value) {}

    record RecordMetadata(long offset) {}

    interface KafkaCallback {
        void onCompletion(RecordMetadata metadata, Exception exception);
    }

    interface Producer<K, V> {
        Future<RecordMetadata> send(ProducerRecord<K, V> record, KafkaCallback callback);
    }

    // --- OkHttp

    interface OkResponse extends AutoCloseable {
        String body();

        @Override
        void close();
    }

    interface OkCallback {
        void onFailure(OkCall call, IOException e);

        void onResponse(OkCall call, OkResponse response) throws IOException;
    }

    interface OkCall {
        void enqueue(OkCallback callback);

        void cancel();
    }

    // --- Retrofit

    record RetrofitResponse<T>(int code, T body) {}

    interface RetrofitCallback<T> {
        void onResponse(RetrofitCall<T> call, RetrofitResponse<T> response);

        void onFailure(RetrofitCall<T> call, Throwable t);
    }

    interface RetrofitCall<T> {
        void enqueue(RetrofitCallback<T> callback);

        void cancel();
    }

    // --- gRPC

    interface StreamObserver<V> {
        void onNext(V value);

        void onError(Throwable t);

        void onCompleted();
    }

    abstract static class ClientCallStreamObserver<R> implements StreamObserver<R> {
        abstract void disableAutoRequestWithInitial(int request);

        abstract void request(int count);

        abstract void cancel(String message, Throwable cause);
    }

    interface ClientResponseObserver<Q, R> extends StreamObserver<R> {
        void beforeStart(ClientCallStreamObserver<Q> requestStream);
    }

    // --- Guava

    interface ListenableFuture<V> extends Future<V> {
        void addListener(Runnable listener, Executor executor);
    }

    interface GuavaCallback<V> {
        void onSuccess(V result);

        void onFailure(Throwable t);
    }

    // --- Netty

    interface GenericFutureListener<F extends NettyFuture<?>> {
        void operationComplete(F future) throws Exception;
    }

    interface NettyFuture<V> {
        NettyFuture<V> addListener(GenericFutureListener<? extends NettyFuture<? super V>> listener);

        boolean isSuccess();

        boolean isCancelled();

        Throwable cause();

        V getNow();

        boolean cancel(boolean mayInterruptIfRunning);
    }

    // --- Vert.x

    interface Handler<E> {
        void handle(E event);
    }

    interface AsyncResult<T> {
        T result();

        Throwable cause();

        boolean succeeded();
    }

    interface VertxFuture<T> {
        VertxFuture<T> onComplete(Handler<AsyncResult<T>> handler);

        VertxFuture<T> onComplete(Handler<? super T> success, Handler<? super Throwable> failure);
    }

    interface ReadStream<T> {
        ReadStream<T> handler(Handler<T> handler);

        ReadStream<T> exceptionHandler(Handler<Throwable> handler);

        ReadStream<T> endHandler(Handler<Void> handler);

        ReadStream<T> pause();

        ReadStream<T> fetch(long amount);
    }

    // --- AWS SDK

    interface SdkPublisher<T> {
        CompletableFuture<Void> subscribe(Consumer<T> consumer);
    }

    interface AsyncResponseTransformer<R, T> {
        CompletableFuture<T> prepare();

        void onResponse(R response);

        void onStream(SdkPublisher<String> publisher);

        void exceptionOccurred(Throwable error);
    }

    interface S3 {
        <T> CompletableFuture<T> getObject(String key, AsyncResponseTransformer<Integer, T> transformer);
    }

    // --- JMS

    interface JmsMessage {
        String text();
    }

    interface CompletionListener {
        void onCompletion(JmsMessage message);

        void onException(JmsMessage message, Exception exception);
    }

    interface MessageListener {
        void onMessage(JmsMessage message);
    }

    interface JmsProducer {
        void send(JmsMessage message, CompletionListener listener);
    }

    interface JmsConsumer {
        void setMessageListener(MessageListener listener);
    }

    // --- RabbitMQ

    record Delivery(long tag, String body) {}

    interface DeliverCallback {
        void handle(String consumerTag, Delivery message) throws IOException;
    }

    interface CancelCallback {
        void handle(String consumerTag) throws IOException;
    }

    interface ConfirmCallback {
        void handle(long deliveryTag, boolean multiple) throws IOException;
    }

    interface Channel {
        String basicConsume(String queue, DeliverCallback deliver, CancelCallback cancel) throws IOException;

        void basicCancel(String consumerTag) throws IOException;

        void addConfirmListener(ConfirmCallback ack, ConfirmCallback nack);
    }

    // --- MQTT

    interface IMqttToken {
        Object getUserContext();
    }

    interface IMqttActionListener {
        void onSuccess(IMqttToken asyncActionToken);

        void onFailure(IMqttToken asyncActionToken, Throwable exception);
    }

    interface MqttCallback {
        void connectionLost(Throwable cause);

        void messageArrived(String topic, String message) throws Exception;

        void deliveryComplete(IMqttToken token);
    }

    interface MqttClient {
        IMqttToken subscribe(String topic, int qos, Object userContext, IMqttActionListener callback);

        void setCallback(MqttCallback callback);
    }

    // --- ZooKeeper

    record Stat(int version) {}

    interface DataCallback {
        void processResult(int rc, String path, Object ctx, byte[] data, Stat stat);
    }

    interface ZooKeeper {
        void getData(String path, boolean watch, DataCallback cb, Object ctx);
    }

    // --- Apache HttpClient

    interface FutureCallback<T> {
        void completed(T result);

        void failed(Exception ex);

        void cancelled();
    }

    interface HttpAsyncClient {
        Future<String> execute(String request, FutureCallback<String> callback);
    }

    // --- Elasticsearch

    interface Cancellable {
        void cancel();
    }

    interface ResponseListener {
        void onSuccess(String response);

        void onFailure(Exception exception);
    }

    interface RestClient {
        Cancellable performRequestAsync(String request, ResponseListener responseListener);
    }

    // --- Servlet

    interface AsyncEvent {
        Throwable getThrowable();
    }

    interface AsyncListener {
        void onComplete(AsyncEvent event) throws IOException;

        void onTimeout(AsyncEvent event) throws IOException;

        void onError(AsyncEvent event) throws IOException;

        void onStartAsync(AsyncEvent event) throws IOException;
    }

    interface AsyncContext {
        void addListener(AsyncListener listener);
    }

    interface ReadListener {
        void onDataAvailable() throws IOException;

        void onAllDataRead() throws IOException;

        void onError(Throwable t);
    }

    interface ServletInputStream {
        boolean isReady();

        int read() throws IOException;

        void setReadListener(ReadListener listener);
    }

    // --- Jakarta WebSocket, Spring, NATS

    record SendResult(Throwable exception) {
        boolean isOK() {
            return exception == null;
        }
    }

    interface SendHandler {
        void onResult(SendResult result);
    }

    interface RemoteEndpoint {
        void sendText(String text, SendHandler handler);
    }

    interface DeferredResultHandler {
        void handleResult(Object result);
    }

    interface DeferredResult {
        void setResultHandler(DeferredResultHandler handler);
    }

    interface MessageHandler {
        void onMessage(String message) throws InterruptedException;
    }

    interface Dispatcher {
        Dispatcher subscribe(String subject, MessageHandler handler);

        Dispatcher unsubscribe(String subject);
    }
}
