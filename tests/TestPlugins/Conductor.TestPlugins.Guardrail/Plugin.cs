using Conductor.Hooks;
using Conductor.Plugins;
using Microsoft.Extensions.DependencyInjection;

[assembly: OperationPlugin("test-guardrail", typeof(Conductor.TestPlugins.Guardrail.Plugin), DisplayName = "Guardrail", Description = "A hook and no operation.")]

namespace Conductor.TestPlugins.Guardrail;

/// <summary>Brings a guardrail. Settings: `word`, which no prompt may hold and which is struck out of answers; `fault`, what it does wrong: `throw`, `hang` or nothing.</summary>
public sealed class Plugin : IOperationPlugin
{
    public void ConfigureServices(IServiceCollection services, OperationContext context) =>
        services.AddSingleton<ICallHook>(new WordGuard(context.Settings["word"] ?? "secret", context.Settings["fault"] ?? ""));
}

/// <summary>Refuses prompts that hold a word, and puts stars in its place in answers.</summary>
internal sealed class WordGuard(string word, string fault) : ICallHook
{
    public string Name => "word-guard";

    public async ValueTask<HookVerdict> BeforeAsync(HookPrompt prompt, CancellationToken cancellationToken)
    {
        if (prompt.Texts.Any(text => text.Text.Contains("boom", StringComparison.Ordinal)))
        {
            throw new OwnException("what the prompt said");
        }

        if (fault == "hang" || prompt.Texts.Any(text => text.Text.Contains("hang", StringComparison.Ordinal)))
        {
            await Task.Delay(Timeout.Infinite, cancellationToken).ConfigureAwait(false);
        }

        return prompt.Texts.Any(text => text.Text.Contains(word, StringComparison.OrdinalIgnoreCase)) ? HookVerdict.Block("That word is not for models.") : HookVerdict.Pass;
    }

    public IAnswerHook OpenAnswer(HookCall call) => new Answer(word);

    /// <summary>Keeps back as much as may still become the word, of each part by itself.</summary>
    private sealed class Answer(string word) : IAnswerHook
    {
        private readonly Dictionary<int, string> _kept = [];

        public ValueTask<HookVerdict> ChunkAsync(HookChunk chunk, CancellationToken cancellationToken)
        {
            var text = (_kept.GetValueOrDefault(chunk.Part, "") + chunk.Text).Replace(word, new string('*', word.Length), StringComparison.OrdinalIgnoreCase);
            var certain = chunk.IsLast ? text.Length : Certain(text);
            chunk.Text = text[..certain];
            _kept[chunk.Part] = text[certain..];
            return new(HookVerdict.Pass);
        }

        private int Certain(string text)
        {
            for (var length = Math.Min(word.Length - 1, text.Length); length > 0; length--)
            {
                if (word.StartsWith(text[^length..], StringComparison.OrdinalIgnoreCase))
                {
                    return text.Length - length;
                }
            }

            return text.Length;
        }
    }
}

internal sealed class OwnException(string message) : Exception(message);
