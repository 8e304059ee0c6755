using System.Text;
using System.Text.Json;
using Conductor.Money;
using Conductor.Operations;

namespace Conductor.Core.Tests.Machine;

/// <summary>An operation that a test shapes. By default it is structured: `{"echo": "..."}`.</summary>
internal sealed class FakeOperation : IOperation
{
    public const string PromptYaml = """
        name: echo
        template_format: handlebars
        template: |
          <message role="system">Repeat.</message>
          <message role="user">{{text}}</message>
        input_variables:
          - name: text
        execution_settings:
          default:
            temperature: 0.25
            max_tokens: 77
            top_p: 0.5
        """;

    private static readonly JsonElement RequestSchema = Json("""
        {
          "type": "object",
          "properties": {
            "text": { "type": "string" },
            "language": { "type": "string", "maxLength": 16 },
            "context": { "type": "object" },
            "parameters": {
              "type": "object",
              "properties": { "times": { "type": "integer", "minimum": 1, "maximum": 9 }, "nested": {} },
              "additionalProperties": false
            }
          }
        }
        """);

    private static readonly JsonElement ResultSchema = Json("""
        { "type": "object", "properties": { "echo": { "type": "string", "minLength": 1 } }, "required": ["echo"], "additionalProperties": false }
        """);

    public FakeOperation(string name = "echo", bool isStructured = true, bool isCacheable = true, string? prompt = PromptYaml, int maxTextLength = 100, bool requiresText = true) =>
        Descriptor = new OperationDescriptor
        {
            Name = name,
            Description = "Says it again.",
            RequestSchema = RequestSchema,
            ResultSchema = ResultSchema,
            Prompt = prompt,
            IsStructured = isStructured,
            IsCacheable = isCacheable,
            MaxTextLength = maxTextLength,
            RequiresText = requiresText,
        };

    public OperationDescriptor Descriptor { get; }

    public Action<ReadOnlyMemory<byte>> OnValidate { get; set; } = _ => { };

    public Action OnArguments { get; set; } = () => { };

    public Func<OperationReply, ReadOnlyMemory<byte>>? OnRead { get; set; }

    public Func<string?> OnCacheVariant { get; set; } = () => null;

    public static JsonElement Json(string text)
    {
        using var document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }

    public string? CacheVariant(ReadOnlyMemory<byte> payload) => OnCacheVariant();

    public void Validate(ReadOnlyMemory<byte> payload) => OnValidate(payload);

    public IReadOnlyDictionary<string, object?> CreatePromptArguments(ReadOnlyMemory<byte> payload)
    {
        OnArguments();
        using var document = JsonDocument.Parse(payload);
        return new Dictionary<string, object?> { ["text"] = document.RootElement.GetProperty("text").GetString() };
    }

    public ReadOnlyMemory<byte> ReadReply(OperationReply reply, ReadOnlyMemory<byte> payload) =>
        OnRead is not null ? OnRead(reply)
        : Descriptor.IsStructured ? Encoding.UTF8.GetBytes(reply.Text)
        : JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, string> { ["echo"] = reply.Text });
}

/// <summary>A provider's own way to run an operation.</summary>
internal sealed class FakeEngine(string operation, string model, Func<ReadOnlyMemory<byte>, CancellationToken, Task<OperationEngineResult>> run) : IOperationEngine
{
    private int _calls;

    public string Operation => operation;

    public string ModelId => model;

    public int Calls => Volatile.Read(ref _calls);

    public static FakeEngine Saying(string result, string model = "engine") =>
        new("echo", model, (_, _) => Task.FromResult(new OperationEngineResult(Encoding.UTF8.GetBytes(result), new TokenUsage { InputTokens = 2, OutputTokens = 1 })));

    public Task<OperationEngineResult> RunAsync(ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _calls);
        return run(payload, cancellationToken);
    }
}
