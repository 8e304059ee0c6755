namespace Conductor.Wire.OpenAI;

/// <summary>What the target of a request reads. By default what every server of this dialect does, and nothing that most pass over.</summary>
public sealed record OpenAITarget
{
    /// <summary>`max_tokens`, which every compatible server reads, or `max_completion_tokens`, which OpenAI's own wants.</summary>
    public string MaxTokensMember { get; init; } = "max_tokens";

    /// <summary>The member for the seed: Mistral calls it `random_seed`.</summary>
    public string SeedMember { get; init; } = "seed";

    /// <summary>Whether a stream may be asked for its usage (`stream_options`); where not, the target sends it by itself or never.</summary>
    public bool HasStreamOptions { get; init; } = true;

    /// <summary>
    /// Whether members that OpenAI itself does not know are refused: `top_k`, the thinking of earlier turns, signatures beside calls, cache breakpoints.
    /// They are left out then, and reported.
    /// </summary>
    public bool IsStrict { get; init; }

    /// <summary>In <see cref="Refused"/>: the names of messages.</summary>
    public const string Names = "messages.name";

    /// <summary>Whether an answer can be held to a schema. Where not, a request that asks for it is refused: the answer would be another one.</summary>
    public bool HasJsonSchema { get; init; } = true;

    /// <summary>Members of a request that this model refuses, by name: left out, and reported.</summary>
    public IReadOnlyCollection<string> Refused { get; init; } = [];
}
