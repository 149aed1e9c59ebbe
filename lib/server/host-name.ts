import { Duration } from 'aws-cdk-lib';
import { Certificate, CertificateValidation } from 'aws-cdk-lib/aws-certificatemanager';
import { CnameRecord, type IHostedZone, PublicHostedZone } from 'aws-cdk-lib/aws-route53';
import { Construct } from 'constructs';
import type { Settings } from '../config/settings';

/** The name the server answers to: its certificate, validated through DNS, and the record that points at the load balancer. */
export class HostName extends Construct {
  /** Undefined where the settings name no host. */
  static of(scope: Construct, settings: Settings): HostName | undefined {
    const { hostName, hostedZoneName, hostedZoneId } = settings;
    // The settings have all three or none.
    if (hostName === undefined || hostedZoneName === undefined || hostedZoneId === undefined)
      return undefined;
    return new HostName(scope, 'HostName', { hostName, hostedZoneName, hostedZoneId });
  }

  readonly name: string;
  readonly certificateArn: string;
  private readonly zone: IHostedZone;

  private constructor(
    scope: Construct,
    id: string,
    props: { readonly hostName: string; readonly hostedZoneName: string; readonly hostedZoneId: string },
  ) {
    super(scope, id);
    this.name = props.hostName;
    this.zone = PublicHostedZone.fromHostedZoneAttributes(this, 'Zone', {
      hostedZoneId: props.hostedZoneId,
      zoneName: props.hostedZoneName,
    });
    const certificate = new Certificate(this, 'Certificate', {
      domainName: props.hostName,
      validation: CertificateValidation.fromDns(this.zone),
    });
    this.certificateArn = certificate.certificateArn;
  }

  /** A CNAME, not an alias: the load balancer is made by its controller, and only its name is known here. */
  pointAt(loadBalancerName: string): void {
    new CnameRecord(this, 'Record', {
      zone: this.zone,
      recordName: `${this.name}.`,
      domainName: loadBalancerName,
      ttl: Duration.minutes(1),
    });
  }
}
