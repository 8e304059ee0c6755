using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Conductor.Calls;
using Conductor.Operations;

namespace Conductor.Host.Http;

/// <summary>An operation's answer as server-sent events: its text in pieces where it has them, then the whole response, then the end mark.</summary>
internal static class OperationEvents
{
    /// <summary>Complete events; each is valid until the next.</summary>
    public static async IAsyncEnumerable<ReadOnlyMemory<byte>> WriteAsync(OperationCall call, OperationOutcome outcome, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var output = new ArrayBufferWriter<byte>(512);
        if (outcome.Deltas is { } deltas)
        {
            await foreach (var delta in deltas.WithCancellation(cancellationToken))
            {
                WriteEvent(output, json => json.WriteString("delta", delta));
                yield return output.WrittenMemory;
                output.ResetWrittenCount();
            }
        }

        WriteEvent(output, json => OperationResponseWriter.WriteMembers(json, OperationAnswer.From(call, outcome)));
        output.Write("data: [DONE]\n\n"u8);
        yield return output.WrittenMemory;
    }

    private static void WriteEvent(ArrayBufferWriter<byte> output, Action<Utf8JsonWriter> write)
    {
        output.Write("data: "u8);
        using (var json = new Utf8JsonWriter(output, JsonResponse.Options))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        output.Write("\n\n"u8);
    }
}
