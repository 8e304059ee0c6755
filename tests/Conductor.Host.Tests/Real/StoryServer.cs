using Conductor.Tests.Shared;

namespace Conductor.Host.Tests.Real;

/// <summary>With room for the prompts of the operations; a story model's own window is 256 tokens.</summary>
public sealed class StoryServer : LlamaServer
{
    protected override IReadOnlyList<string> MoreArguments => ["--context-shift", "-c", "2048", "--override-kv", "llama.context_length=int:2048"];
}

/// <summary>The same server, giving vectors instead of text.</summary>
public sealed class EmbeddingServer : LlamaServer
{
    protected override IReadOnlyList<string> MoreArguments => ["--embeddings", "--pooling", "mean", "-ub", "512"];
}
