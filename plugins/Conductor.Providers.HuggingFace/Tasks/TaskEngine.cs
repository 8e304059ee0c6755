using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Conductor.Money;
using Conductor.Operations;
using Conductor.Providers.Http;
using Conductor.Wire;

namespace Conductor.Providers.HuggingFace;

/// <summary>An operation on a model of the hub that was made for it.</summary>
internal abstract class TaskEngine(HuggingFaceService service, string operation, string modelId) : IOperationEngine
{
    public string Operation => operation;

    public string ModelId => modelId;

    public abstract Task<OperationEngineResult> RunAsync(ReadOnlyMemory<byte> payload, CancellationToken cancellationToken);

    /// <exception cref="OperationRequestException">The payload is not the JSON of a <typeparamref name="TRequest"/>.</exception>
    protected static TRequest Read<TRequest>(ReadOnlyMemory<byte> payload, JsonTypeInfo<TRequest> type)
    {
        try
        {
            return JsonSerializer.Deserialize(payload.Span, type) ?? throw new OperationRequestException("", "The request is null where a JSON object is expected.");
        }
        catch (JsonException mistake)
        {
            throw new OperationRequestException(mistake.Path is { Length: > 2 } path ? path[2..] : "", $"The request cannot be read: {mistake.Message}", mistake);
        }
    }

    /// <summary>Sends a text and its parameters, and reads the answer.</summary>
    /// <exception cref="ProviderException">It was refused, or could not be sent, or the answer is none.</exception>
    protected async Task<T> AskAsync<T>(string text, Action<Utf8JsonWriter>? parameters, Func<JsonElement, T> read, CancellationToken cancellationToken)
    {
        var body = new ArrayBufferWriter<byte>(1024);
        WireJson.Write(body, writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("inputs"u8, text);
            if (parameters is not null)
            {
                writer.WriteStartObject("parameters"u8);
                parameters(writer);
                writer.WriteEndObject();
            }

            writer.WriteEndObject();
        });
        var ask = new UpstreamRequest(service.TaskPathOf(modelId)) { Body = body.WrittenMemory, Model = modelId };
        var reply = await service.Upstream.SendAsync(ask, cancellationToken).ConfigureAwait(false);
        await using (reply.ConfigureAwait(false))
        {
            return await reply.ReadWholeAsync(answer => Parse(answer.Span, read), cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>The result with its usage: the hub states none, so words are counted, and the figures are an estimate.</summary>
    protected static OperationEngineResult Done<T>(T result, JsonTypeInfo<T> type, string input, string output, IReadOnlyList<string>? notices = null) =>
        new(OperationJson.Write(result, type), new TokenUsage { InputTokens = Words(input), OutputTokens = Words(output), IsEstimated = true }) { Notices = notices ?? [] };

    /// <summary>Labels with their scores, the best first: of a list, of a list in a list, or of two lists side by side.</summary>
    /// <exception cref="WireResponseException">The answer holds none.</exception>
    protected static List<(string Label, double Score)> Labels(JsonElement root)
    {
        if (root.ValueKind == JsonValueKind.Array && root.GetArrayLength() > 0 && root[0].ValueKind is JsonValueKind.Array)
        {
            root = root[0];
        }

        if (root.ValueKind == JsonValueKind.Array && root.GetArrayLength() == 1 && root[0].TryGetProperty("labels"u8, out _))
        {
            root = root[0];
        }

        List<(string Label, double Score)> labels = root.ValueKind == JsonValueKind.Object
            ? [.. root.GetProperty("labels"u8).EnumerateArray().Zip(root.GetProperty("scores"u8).EnumerateArray(), (label, score) => (label.GetString()!, Score(score)))]
            : [.. root.EnumerateArray().Select(row => (row.GetProperty("label"u8).GetString()!, Score(row.GetProperty("score"u8))))];
        return labels.Count > 0 ? [.. labels.OrderByDescending(label => label.Score)] : throw new WireResponseException(WireResponseFault.Empty, "The answer holds no labels.");
    }

    protected static double Score(JsonElement score) => score.GetDouble() is var value && double.IsFinite(value) ? Math.Clamp(value, 0, 1) : 0;

    private static T Parse<T>(ReadOnlySpan<byte> answer, Func<JsonElement, T> read)
    {
        try
        {
            return read(JsonElement.Parse(answer));
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException or KeyNotFoundException or FormatException or IndexOutOfRangeException)
        {
            throw new WireResponseException(WireResponseFault.WrongShape, "The answer is not what a model for this task gives.", null, failure);
        }
    }

    private static int Words(string text) => text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length;
}
