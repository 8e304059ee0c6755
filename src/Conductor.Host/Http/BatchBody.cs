using System.Buffers;
using System.Text.Json;
using Conductor.Calls;
using Conductor.Host.Dialects.OpenAI;
using Conductor.Operations;

namespace Conductor.Host.Http;

/// <summary>The answer of a batch: a result or an error for each item, and what all of them came to.</summary>
internal static class BatchBody
{
    /// <summary>Reads the items to their end and writes one JSON object. Of an item its bytes are kept, and nothing else.</summary>
    public static async Task<(ReadOnlyMemory<byte> Body, OperationBatchTotals Totals)> WriteAsync(
        OperationBatch batch, IAsyncEnumerable<OperationBatchItem> items, TimeProvider time, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        var totals = new OperationBatchTotals();
        var output = new ArrayBufferWriter<byte>(4096);
        await using var json = new Utf8JsonWriter(output, JsonResponse.Options);
        json.WriteStartObject();
        json.WriteStartArray("results");
        await foreach (var item in items.WithCancellation(cancellationToken))
        {
            totals.Add(item);
            WriteItem(json, item, time);
        }

        json.WriteEndArray();
        totals.Finish(time.GetElapsedTime(start));

        json.WriteStartObject("metadata");
        json.WriteString("request_id", batch.Context.RequestId);
        json.WriteString("operation", batch.Operation);
        json.WriteNumber("succeeded", totals.Succeeded);
        json.WriteNumber("failed", totals.Failed);
        json.WriteEndObject();
        OperationResponseWriter.WriteUsage(json, totals.Usage);
        OperationResponseWriter.WritePerformance(json, totals.Timings);
        OperationResponseWriter.WriteCost(json, totals.Cost);
        json.WriteEndObject();
        await json.FlushAsync(CancellationToken.None);
        return (output.WrittenMemory, totals);
    }

    /// <summary>One item as an object of its own.</summary>
    private static void WriteItem(Utf8JsonWriter json, OperationBatchItem item, TimeProvider time)
    {
        json.WriteStartObject();
        json.WriteNumber("index", item.Index);
        json.WriteNumber("status", item.Status);
        if (item.Answer is { } answer)
        {
            OperationResponseWriter.WriteMembers(json, answer);
        }
        else
        {
            OpenAIErrorBody.WriteObject(json, item.Error!, time.GetUtcNow());
        }

        json.WriteEndObject();
    }
}
