using System.Reflection;
using System.Runtime.Loader;

namespace Conductor.PluginLoading;

/// <summary>Which assemblies a plugin takes from the host, and which version the host has of them.</summary>
internal sealed class SharedAssemblyList
{
    private readonly HashSet<string> _names;
    private readonly List<string> _prefixes;
    private readonly HashSet<string> _isolated;

    public SharedAssemblyList(IReadOnlyList<string> shared, IReadOnlyList<string> isolated)
    {
        _names = shared.Where(name => !name.EndsWith('*')).ToHashSet(StringComparer.OrdinalIgnoreCase);
        _prefixes = [.. shared.Where(name => name.EndsWith('*')).Select(name => name[..^1])];
        _isolated = isolated.ToHashSet(StringComparer.OrdinalIgnoreCase);
    }

    // Empty in a self-contained single file, where the framework has no folder: then a plugin's own files come first and the framework last.
#pragma warning disable IL3000 // the empty answer in a single file is the one that is wanted
    private static string FrameworkFolder { get; } = Path.GetDirectoryName(typeof(object).Assembly.Location) ?? "";
#pragma warning restore IL3000

    public bool IsShared(string name) =>
        _names.Contains(name) || _prefixes.Any(prefix => name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase));

    /// <summary>Whether an assembly is part of Microsoft.NETCore.App.</summary>
    public static bool IsFramework(string name) => FrameworkPath(name) is not null;

    /// <summary>The framework's file of an assembly that every plugin loads for itself; null for all others.</summary>
    public string? IsolatedPath(string name) => _isolated.Contains(name) ? FrameworkPath(name) : null;

    /// <summary>The version that the host has; null where it has none.</summary>
    public static Version? HostVersion(string name)
    {
        try
        {
            return AssemblyLoadContext.Default.LoadFromAssemblyName(new AssemblyName { Name = name }).GetName().Version;
        }
        catch (Exception absent) when (absent is IOException or BadImageFormatException or ArgumentException)
        {
            return null;
        }
    }

    private static string? FrameworkPath(string name)
    {
        // A self-contained host has its own libraries in the same folder, hence the names.
        if (FrameworkFolder.Length == 0 || name.AsSpan().ContainsAny('/', '\\')
            || !(name.StartsWith("System.", StringComparison.Ordinal) || name is "System" or "netstandard" or "mscorlib" or "WindowsBase"
                || name.StartsWith("Microsoft.CSharp", StringComparison.Ordinal) || name.StartsWith("Microsoft.VisualBasic", StringComparison.Ordinal)
                || name.StartsWith("Microsoft.Win32.", StringComparison.Ordinal)))
        {
            return null;
        }

        var path = Path.Combine(FrameworkFolder, name + ".dll");
        return File.Exists(path) ? path : null;
    }
}
