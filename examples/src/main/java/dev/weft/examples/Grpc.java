package dev.weft.examples;

import static dev.weft.Async.awaitCallback;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A gRPC service whose messages are strings, inside this process, and a channel to it. */
public record Grpc(Server server, ManagedChannel channel) {
    /** Serves, and connects. */
    public static Grpc serve(ServerServiceDefinition service) throws IOException {
        String name = InProcessServerBuilder.generateName();
        Server server =
                InProcessServerBuilder.forName(name).addService(service).build().start();
        return new Grpc(server, InProcessChannelBuilder.forName(name).build());
    }

    /** A method of a service. */
    public static MethodDescriptor<String, String> method(String service, String name, MethodType type) {
        return MethodDescriptor.<String, String>newBuilder()
                .setType(type)
                .setFullMethodName(MethodDescriptor.generateFullMethodName(service, name))
                .setRequestMarshaller(Text.MARSHALLER)
                .setResponseMarshaller(Text.MARSHALLER)
                .build();
    }

    private enum Text implements MethodDescriptor.Marshaller<String> {
        MARSHALLER;

        @Override
        public InputStream stream(String value) {
            return new ByteArrayInputStream(value.getBytes(UTF_8));
        }

        @Override
        public String parse(InputStream bytes) {
            try {
                return new String(bytes.readAllBytes(), UTF_8);
            } catch (IOException failure) {
                throw new UncheckedIOException(failure);
            }
        }
    }

    /** The one answer of a method, which counts when the call has ended well: it may still fail after the answer. */
    public String call(MethodDescriptor<String, String> method, String request, CallOptions options) {
        return call(method, request, options, failure -> {});
    }

    /** As above; a failure is shown before it is thrown. */
    public String call(
            MethodDescriptor<String, String> method,
            String request,
            CallOptions options,
            Consumer<Throwable> onFailure) {
        return awaitCallback(done -> {
            ClientCall<String, String> call = channel.newCall(method, options);
            done.onCancel(() -> call.cancel("nobody waits for it any more", null));
            ClientCalls.asyncUnaryCall(call, request, new StreamObserver<>() {
                private @Nullable String answer;

                @Override
                public void onNext(String value) {
                    answer = value;
                }

                @Override
                public void onError(Throwable thrown) {
                    onFailure.accept(thrown);
                    done.fail(thrown);
                }

                @Override
                public void onCompleted() {
                    done.resume(Objects.requireNonNull(answer, "answer"));
                }
            });
        });
    }
}
