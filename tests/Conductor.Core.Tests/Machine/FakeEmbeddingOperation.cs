using System.Text;
using System.Text.Json;
using Conductor.Operations;

namespace Conductor.Core.Tests.Machine;

/// <summary>An operation of vectors: it tells how many there were, who made them and how long they are.</summary>
internal sealed class FakeEmbeddingOperation(string name = "vectors", int maxTextLength = 50) : IEmbeddingOperation
{
    public OperationDescriptor Descriptor { get; } = new()
    {
        Name = name,
        Description = "Counts vectors.",
        RequestSchema = FakeOperation.Json("""
            {
              "type": "object",
              "properties": {
                "text": { "type": "string" },
                "texts": { "type": "array", "items": { "type": "string" }, "minItems": 1 },
                "model": { "type": "string" },
                "parameters": {
                  "type": "object",
                  "properties": { "texts": { "type": "array" }, "dimensions": { "type": "integer" } },
                  "additionalProperties": false
                }
              }
            }
            """),
        ResultSchema = FakeOperation.Json("""{ "type": "object", "properties": { "count": { "type": "integer", "minimum": 1 } }, "required": ["count"] }"""),
        RequiresText = false,
        MaxTextLength = maxTextLength,
    };

    public Action OnRead { get; set; } = () => { };

    public Func<string, string> OnWrite { get; set; } = result => result;

    public void Validate(ReadOnlyMemory<byte> payload)
    {
    }

    public EmbeddingInputs ReadInputs(ReadOnlyMemory<byte> payload)
    {
        OnRead();
        using var document = JsonDocument.Parse(payload);
        var root = document.RootElement;
        int? dimensions = root.TryGetProperty("parameters", out var parameters) && parameters.TryGetProperty("dimensions", out var length) ? length.GetInt32() : null;
        return root.TryGetProperty("texts", out var texts) || (parameters.ValueKind == JsonValueKind.Object && parameters.TryGetProperty("texts", out texts))
            ? new EmbeddingInputs([.. texts.EnumerateArray().Select(text => text.GetString()!)], dimensions)
            : new EmbeddingInputs([root.GetProperty("text").GetString()!], dimensions);
    }

    public ReadOnlyMemory<byte> WriteResult(IReadOnlyList<ReadOnlyMemory<float>> vectors, string model, ReadOnlyMemory<byte> payload) =>
        Encoding.UTF8.GetBytes(OnWrite($$"""{"count":{{vectors.Count}},"model":"{{model}}","length":{{vectors[0].Length}}}"""));

    public IReadOnlyDictionary<string, object?> CreatePromptArguments(ReadOnlyMemory<byte> payload) => throw new InvalidOperationException("No prompt.");

    public ReadOnlyMemory<byte> ReadReply(OperationReply reply, ReadOnlyMemory<byte> payload) => throw new InvalidOperationException("No prompt.");
}
