using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Conductor.Hooks;

/// <summary>The texts of a request, and how each goes back to its place. Nothing is written before <see cref="Apply"/>, and nothing where no text was changed.</summary>
internal sealed class TextSlots
{
    private readonly List<(HookText Text, string Was, Action<string>? Set)> _slots = [];
    private readonly List<Action> _wholes = [];

    /// <summary>The texts, in order.</summary>
    public IReadOnlyList<HookText> Texts => [.. _slots.Select(slot => slot.Text)];

    /// <summary>Adds a text.</summary>
    public void Add(HookTextKind kind, string? text, Action<string> set)
    {
        if (!string.IsNullOrEmpty(text))
        {
            _slots.Add((new HookText(kind, text), text, set));
        }
    }

    /// <summary>Adds every text inside a JSON value.</summary>
    public void AddJson(HookTextKind kind, JsonElement value, Action<JsonElement> set)
    {
        var texts = new List<string>();
        JsonStrings.Collect(value, texts);
        if (texts.Count == 0)
        {
            return;
        }

        var mine = texts.Select(text => (Text: new HookText(kind, text), Was: text, Set: (Action<string>?)null)).ToList();
        _slots.AddRange(mine);
        _wholes.Add(() =>
        {
            if (mine.Exists(slot => slot.Text.Text != slot.Was))
            {
                set(JsonElement.Parse(JsonStrings.Replace(value, mine.Select(slot => slot.Text.Text))));
            }
        });
    }

    /// <summary>Adds what stands in a member of any kind, where it holds text.</summary>
    public void AddLoose(HookTextKind kind, object? value, Action<object?> set)
    {
        switch (value)
        {
            case string text:
                Add(kind, text, changed => set(changed));
                break;
            case JsonElement json:
                AddJson(kind, json, changed => set(changed));
                break;
            case null or bool or int or long or double or float or decimal or AIContent or IEnumerable<AIContent>:
                break;
            case { } other when !other.GetType().IsCollectible: // a plugin's own type would be kept by the serializer
                AddJson(kind, JsonSerializer.SerializeToElement(other, AIJsonUtilities.DefaultOptions.GetTypeInfo(other.GetType())), changed => set(changed));
                break;
            default:
                Add(kind, value.ToString(), changed => set(changed));
                break;
        }
    }

    /// <summary>Puts changed texts into their places.</summary>
    /// <returns>Whether there were any.</returns>
    public bool Apply()
    {
        var isChanged = false;
        foreach (var (text, was, set) in _slots)
        {
            if (text.Text != was)
            {
                isChanged = true;
                set?.Invoke(text.Text);
            }
        }

        _wholes.ForEach(whole => whole());
        return isChanged;
    }
}
