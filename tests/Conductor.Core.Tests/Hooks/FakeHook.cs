using Conductor.Hooks;

namespace Conductor.Core.Tests.Hooks;

/// <summary>A hook that a test shapes.</summary>
internal sealed class FakeHook(string name = "guard", int order = 0) : ICallHook
{
    public string Name => name;

    public int Order => order;

    public List<string> Seen { get; } = [];

    public Func<HookPrompt, CancellationToken, ValueTask<HookVerdict>> Before { get; set; } = (_, _) => new(HookVerdict.Pass);

    public Func<HookChunk, CancellationToken, ValueTask<HookVerdict>>? Chunk { get; set; }

    public Func<HookVerdict> After { get; set; } = () => HookVerdict.Pass;

    public ValueTask<HookVerdict> BeforeAsync(HookPrompt prompt, CancellationToken cancellationToken)
    {
        Seen.AddRange(prompt.Texts.Select(text => $"{text.Kind}:{text.Text}"));
        return Before(prompt, cancellationToken);
    }

    public IAnswerHook? OpenAnswer(HookCall call) => Chunk is null ? null : new Answer(this);

    private sealed class Answer(FakeHook hook) : IAnswerHook
    {
        public ValueTask<HookVerdict> ChunkAsync(HookChunk chunk, CancellationToken cancellationToken) => hook.Chunk!(chunk, cancellationToken);

        public ValueTask<HookVerdict> AfterAsync(CancellationToken cancellationToken) => new(hook.After());
    }
}
