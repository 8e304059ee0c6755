namespace Conductor.Configuration.Editing;

/// <summary>One of the three documents.</summary>
public enum SettingsFile
{
    /// <summary>`conductor.yaml`.</summary>
    Conductor,

    /// <summary>`models.yaml`, made where it is not there.</summary>
    Models,

    /// <summary>`tenants.yaml`, made where it is not there.</summary>
    Tenants,
}
