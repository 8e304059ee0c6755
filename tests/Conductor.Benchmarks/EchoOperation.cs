using System.Text.Json;
using Conductor.Operations;

namespace Conductor.Benchmarks;

/// <summary>An operation that an engine runs; it has no prompt.</summary>
internal sealed class EchoOperation : IOperation
{
    public OperationDescriptor Descriptor { get; } = new()
    {
        Name = "echo",
        Description = "For measuring.",
        RequestSchema = JsonDocument.Parse("""{ "type": "object", "required": ["text"] }""").RootElement.Clone(),
        ResultSchema = JsonDocument.Parse("""{ "type": "object", "properties": { "said": { "type": "string" } }, "required": ["said"] }""").RootElement.Clone(),
    };

    public void Validate(ReadOnlyMemory<byte> payload)
    {
    }

    public IReadOnlyDictionary<string, object?> CreatePromptArguments(ReadOnlyMemory<byte> payload) => new Dictionary<string, object?>();

    public ReadOnlyMemory<byte> ReadReply(OperationReply reply, ReadOnlyMemory<byte> payload) => JsonSerializer.SerializeToUtf8Bytes(new { said = reply.Text });
}
