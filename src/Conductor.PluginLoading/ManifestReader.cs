using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text.RegularExpressions;

namespace Conductor.PluginLoading;

/// <summary>Reads a plugin's manifest from the bytes of its DLL. No code of the DLL is loaded, let alone run.</summary>
internal static partial class ManifestReader
{
    private const string ContractAssembly = "Conductor.Abstractions";
    private const string ContractNamespace = "Conductor.Plugins";
    private const string ProviderAttribute = "ProviderPluginAttribute";
    private const string OperationAttribute = "OperationPluginAttribute";

    // PEReader addresses an image by int; no assembly comes near.
    private const long MaxFileLength = 512L * 1024 * 1024;

    /// <summary>Reads the manifest of a plugin.</summary>
    /// <param name="path">The DLL.</param>
    /// <param name="kind">Which kind it must be; null = any.</param>
    /// <exception cref="PluginRejectedException">It is not a plugin that can run here; the message says why.</exception>
    public static PluginImage ReadPlugin(string path, PluginKind? kind)
    {
        var file = Path.GetFileName(path);
        return Read(path, file, assembly =>
        {
            PeChecks.RequireLoadable(assembly.Headers, assembly.Length, file);
            return new PluginImage(ReadManifest(assembly.Metadata, kind, file), References(assembly.Metadata));
        });
    }

    /// <summary>Reads the references of any assembly; none where the file is no assembly.</summary>
    public static IReadOnlyList<AssemblyReferenceName> ReadReferences(string path)
    {
        try
        {
            return Read(path, Path.GetFileName(path), assembly => new PluginImage(null, References(assembly.Metadata))).References;
        }
        catch (PluginRejectedException)
        {
            return []; // a native library among the dependencies
        }
    }

    private static PluginImage Read(string path, string file, Func<Assembly, PluginImage> read)
    {
        var length = PluginFiles.LengthOf(path);
        if (length == 0)
        {
            throw new PluginRejectedException($"'{file}' is empty or not a regular file; copy the plugin's DLL here again.");
        }

        if (length > MaxFileLength)
        {
            throw new PluginRejectedException($"'{file}' has {length} bytes, more than a plugin's DLL can have; put large data beside the DLL.");
        }

        try
        {
            // Bytes, not a mapping: a mapped file that is cut short by another process kills this one.
            using var bytes = new MemoryStream((int)length);
            using (var stream = PluginFiles.Open(path))
            {
                stream.CopyTo(bytes);
            }

            bytes.Position = 0;
            using var image = new PEReader(bytes, PEStreamOptions.LeaveOpen);
            if (!image.HasMetadata)
            {
                throw new PluginRejectedException(
                    $"'{file}' is a native library, not a .NET assembly; a plugin's native libraries belong in its own folder.");
            }

            return read(new Assembly(image.PEHeaders, image.GetMetadataReader(), bytes.Length));
        }
        catch (PluginRejectedException)
        {
            throw;
        }
        catch (IOException failure)
        {
            throw new PluginRejectedException($"'{file}' cannot be read: {failure.Message}");
        }
        catch (UnauthorizedAccessException)
        {
            throw new PluginRejectedException($"'{file}' cannot be read; give the account that runs Conductor access to it.");
        }
#pragma warning disable CA1031 // boundary: the bytes are anybody's, and the metadata reader answers garbage with more than BadImageFormatException
        catch (Exception)
#pragma warning restore CA1031
        {
            throw new PluginRejectedException(
                $"'{file}' is not a .NET assembly, or is cut short or damaged; build the plugin and copy its DLL here again.");
        }
    }

    private static PluginManifest ReadManifest(MetadataReader metadata, PluginKind? kind, string file)
    {
        var declared = new List<(PluginKind Kind, CustomAttribute Attribute)>();
        string? version = null;
        foreach (var handle in metadata.GetAssemblyDefinition().GetCustomAttributes())
        {
            var attribute = metadata.GetCustomAttribute(handle);
            switch (NameOf(metadata, attribute))
            {
                case (ContractNamespace, ProviderAttribute, ContractAssembly):
                    declared.Add((PluginKind.Provider, attribute));
                    break;
                case (ContractNamespace, OperationAttribute, ContractAssembly):
                    declared.Add((PluginKind.Operation, attribute));
                    break;
                case ("System.Reflection", "AssemblyInformationalVersionAttribute", _):
                    version = new AttributeValues(metadata, attribute).First?.Split('+')[0];
                    break;
            }
        }

        switch (declared)
        {
            case []:
                throw new PluginRejectedException(
                    $"'{file}' has no plugin attribute. If it is a plugin, declare it with [assembly: ProviderPlugin(\"id\", typeof(…))] or " +
                    "[assembly: OperationPlugin(…)]; if it is a dependency of one, put both into a folder named after the plugin.");
            case [_, _, ..]:
                throw new PluginRejectedException($"'{file}' has {declared.Count} plugin attributes; one DLL is one plugin, leave one of them.");
        }

        if (kind is not null && declared[0].Kind != kind)
        {
            throw new PluginRejectedException(kind == PluginKind.Provider
                ? $"'{file}' is an operation plugin in the folder of providers; move it to operations/."
                : $"'{file}' is a provider plugin in the folder of operations; move it to plugins/.");
        }

        var values = new AttributeValues(metadata, declared[0].Attribute);
        var assembly = metadata.GetAssemblyDefinition();
        return new PluginManifest
        {
            Id = values.First is { } id && Id().IsMatch(id)
                ? id
                : throw new PluginRejectedException(
                    $"'{file}' declares the id '{Shorten(values.First)}'; an id is 1 to 80 lower case letters, digits, '-' and '_'."),
            Kind = declared[0].Kind,
            EntryPointType = values.Second is { Length: > 0 } type && !type.Contains(',', StringComparison.Ordinal)
                ? type
                : throw new PluginRejectedException(
                    $"'{file}' declares the entry point '{Shorten(values.Second)}'; it must be a class of the plugin's own assembly."),
            AssemblyName = metadata.GetString(assembly.Name),
            Version = string.IsNullOrWhiteSpace(version) ? assembly.Version.ToString() : version,
            ContractVersion = References(metadata).First(reference => reference.Name == ContractAssembly).Version,
            DisplayName = values.Named("DisplayName"),
            Description = values.Named("Description"),
        };
    }

    private static (string Namespace, string Name, string? Assembly) NameOf(MetadataReader metadata, CustomAttribute attribute)
    {
        if (attribute.Constructor.Kind != HandleKind.MemberReference)
        {
            return default; // an attribute of the plugin's own
        }

        var parent = metadata.GetMemberReference((MemberReferenceHandle)attribute.Constructor).Parent;
        if (parent.Kind != HandleKind.TypeReference)
        {
            return default; // a generic attribute
        }

        var type = metadata.GetTypeReference((TypeReferenceHandle)parent);
        var assembly = type.ResolutionScope.Kind == HandleKind.AssemblyReference
            ? metadata.GetString(metadata.GetAssemblyReference((AssemblyReferenceHandle)type.ResolutionScope).Name)
            : null;
        return (metadata.GetString(type.Namespace), metadata.GetString(type.Name), assembly);
    }

    private static List<AssemblyReferenceName> References(MetadataReader metadata) =>
    [
        .. metadata.AssemblyReferences
            .Select(metadata.GetAssemblyReference)
            .Select(reference => new AssemblyReferenceName(metadata.GetString(reference.Name), reference.Version)),
    ];

    private static string Shorten(string? text) => text is { Length: > 100 } ? text[..100] + "…" : text ?? "";

    [GeneratedRegex(@"\A[a-z0-9][a-z0-9_-]{0,79}\z")]
    private static partial Regex Id();

    private readonly record struct Assembly(PEHeaders Headers, MetadataReader Metadata, long Length);
}
