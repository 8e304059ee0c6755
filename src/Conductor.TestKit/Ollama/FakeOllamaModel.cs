namespace Conductor.TestKit;

/// <summary>A model of a <see cref="FakeOllama"/>.</summary>
public sealed class FakeOllamaModel
{
    /// <summary>With its tag, for example `llama3.2:latest`; a name without one gets `:latest`.</summary>
    public required string Name { get; init; }

    /// <summary>What it can do, in Ollama's words.</summary>
    public IReadOnlyList<string> Capabilities { get; init; } = ["completion", "tools"];

    /// <summary>Tokens that it was made for.</summary>
    public int ContextLength { get; init; } = 131_072;

    /// <summary>The architecture, which names members of `model_info`.</summary>
    public string Family { get; init; } = "llama";

    /// <summary>Changes when the model behind the name does.</summary>
    public string Digest { get; set; } = "sha256:0a8c266910232fd3291e71e5ba1e058cc5af9d411192cf88b6d30e92b6e73163";

    /// <summary>Words of the system prompt that its Modelfile sets before every conversation; nobody is told of them.</summary>
    public int OwnWords { get; init; }

    /// <summary>Awaited before the first answer of a newly loaded model.</summary>
    public Task Loading { get; set; } = Task.CompletedTask;

    /// <summary>True: the prompt was evaluated before, and `prompt_eval_count` is left out.</summary>
    public bool IsPromptCached { get; set; }

    internal string FullName => Name.Contains(':', StringComparison.Ordinal) ? Name : Name + ":latest";
}
