using Conductor.Hooks;
using Conductor.Settings;

namespace Conductor.Privacy;

/// <summary>Masks personal data, or refuses it. The last of the hooks: what others bring in is looked at, too.</summary>
internal sealed class PrivacyLink(PrivacySettings settings) : HookLink
{
    private readonly PersonalKinds _kinds = settings.Kinds ?? PersonalKinds.All;

    public override ValueTask<string?> BeforeAsync(HookPrompt prompt, CancellationToken cancellationToken)
    {
        foreach (var text in settings.Prompts is null or PrivacyMode.Off ? [] : prompt.Texts)
        {
            if (settings.Prompts == PrivacyMode.Block)
            {
                if (PersonalScanner.KindsIn(text.Text, _kinds) is not PersonalKinds.None and var found)
                {
                    return new($"The request holds personal data ({Names(found)}), which this key may not send to a model.");
                }
            }
            else
            {
                text.Text = PersonalScanner.Mask(text.Text, _kinds);
            }
        }

        return default;
    }

    public override ValueTask<AnswerLink?> OpenAsync(HookCall call, CancellationToken cancellationToken) =>
        new(settings.Answers is null or PrivacyMode.Off ? null : new Answer(_kinds, settings.Answers == PrivacyMode.Block));

    /// <summary>The names of kinds, as the configuration writes them.</summary>
    public static string Names(PersonalKinds kinds) =>
        string.Join(", ", Enum.GetValues<PersonalKinds>().Where(kind => kind is not (PersonalKinds.None or PersonalKinds.All) && kinds.HasFlag(kind)).Select(kind => kind.ToString().ToLowerInvariant()));

    private sealed class Answer(PersonalKinds kinds, bool isBlocking) : AnswerLink
    {
        private readonly Dictionary<int, PersonalScanner> _parts = [];

        public override ValueTask<string?> ChunkAsync(HookChunk chunk, CancellationToken cancellationToken)
        {
            if (!_parts.TryGetValue(chunk.Part, out var scanner))
            {
                _parts[chunk.Part] = scanner = new PersonalScanner(kinds);
            }

            chunk.Text = scanner.Add(chunk.Text, chunk.IsLast);
            if (chunk.IsLast)
            {
                _parts.Remove(chunk.Part);
            }

            return new(isBlocking && scanner.Found != PersonalKinds.None ? $"The answer holds personal data ({Names(scanner.Found)}), and ends here." : null);
        }

        public override ValueTask<string?> AfterAsync(CancellationToken cancellationToken) => default;
    }
}
