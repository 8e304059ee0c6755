using System.Text.Json;

namespace Conductor.Operations;

/// <summary>What the host needs to know of an operation.</summary>
public sealed class OperationDescriptor
{
    /// <summary>The name in the URL: lower case letters, digits and `_`, at most 80 characters.</summary>
    public required string Name { get; init; }

    /// <summary>One sentence for people and for `GET /v1/operations`.</summary>
    public required string Description { get; init; }

    /// <summary>JSON Schema (2020-12) of the payload `{text, language, parameters, context}`.</summary>
    public required JsonElement RequestSchema { get; init; }

    /// <summary>JSON Schema (2020-12) of the result.</summary>
    public required JsonElement ResultSchema { get; init; }

    /// <summary>A prompt in Semantic Kernel's YAML schema for chat models; null for an operation that only engines can run.</summary>
    public string? Prompt { get; init; }

    /// <summary>Whether a chat model answers with JSON of <see cref="ReplySchema"/> (true) or with plain text (false).</summary>
    public bool IsStructured { get; init; } = true;

    /// <summary>JSON Schema that a chat model's answer is held to; <see cref="ResultSchema"/> where absent.</summary>
    public JsonElement? ReplySchema { get; init; }

    /// <summary>Longest text, in UTF-16 code units.</summary>
    /// <value>Default 32,000.</value>
    public int MaxTextLength { get; init; } = 32_000;

    /// <summary>Whether `text` is required. False for an operation that can work from its parameters alone.</summary>
    public bool RequiresText { get; init; } = true;

    /// <summary>Whether equal requests may share an answer from the cache.</summary>
    public bool IsCacheable { get; init; } = true;
}
