using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Conductor.Wire.OpenAI;

/// <summary>Additional properties as members: those with a plain name. Notes between our own parts are not written; what only another dialect has is lost.</summary>
internal static class ExtraMembers
{
    private const string Dialect = "openai";

    /// <summary>The member that a key is written as; false where it is not written.</summary>
    public static bool TryName(string key, LossReport? losses, out string name)
    {
        name = key;
        if (ChatKeys.IsNote(key))
        {
            return false;
        }

        if (!ChatKeys.TrySplit(key, out var dialect, out var member))
        {
            return true;
        }

        if (dialect != Dialect)
        {
            losses?.Drop(key);
            return false;
        }

        name = member;
        return true;
    }

    /// <summary>Whether any of them is written.</summary>
    public static bool Any(AdditionalPropertiesDictionary? extra) => extra?.Any(pair => TryName(pair.Key, null, out _)) == true;

    /// <summary>Writes them all but <paramref name="own"/>, which were written before.</summary>
    public static void Write(Utf8JsonWriter writer, AdditionalPropertiesDictionary? extra, string? path, LossReport? losses, params ReadOnlySpan<string> own)
    {
        foreach (var (key, value) in extra ?? [])
        {
            if (!own.Contains(key) && TryName(key, losses, out var name))
            {
                writer.WritePropertyName(name);
                LooseValue.Write(writer, value, path is null ? key : path + "." + key);
            }
        }
    }

    /// <summary>Reports what a target that reads OpenAI's own members only is not told.</summary>
    public static void DropAll(AdditionalPropertiesDictionary? extra, LossReport losses, params ReadOnlySpan<string> own)
    {
        foreach (var (key, _) in extra ?? [])
        {
            if (!own.Contains(key) && !ChatKeys.IsNote(key))
            {
                losses.Drop(key);
            }
        }
    }
}
